/** The server process: wires the rooms together. */
export { codeDigest } from "./code-digest.ts";
export { IncidentIndex } from "./incident-index.ts";
export { Runtime, type RuntimeOptions } from "./runtime.ts";
export { type ListenAddress, readListenAddress, type Server, type ServerOptions, startServer } from "./server.ts";
