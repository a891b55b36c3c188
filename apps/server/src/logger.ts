/** The server's own log: JSON lines on stderr, without secrets and without anything a stranger can inject. */
import { type Logger, pino } from "pino";

const REDACTED_PATHS = ["req.headers.authorization", "headers.authorization", "token", "secret"];

export function serverLogger(): Logger {
  return pino({ level: "warn", redact: REDACTED_PATHS }, pino.destination({ dest: 2, sync: true }));
}
