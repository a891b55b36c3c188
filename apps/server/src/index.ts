/** The server process: wires the rooms together. */
export { closeRows } from "./close-rows.ts";
export { codeDigest } from "./code-digest.ts";
export { IncidentsAndTwin } from "./downstream.ts";
export { serverLogger } from "./logger.ts";
export { Runtime, type RuntimeOptions } from "./runtime.ts";
export { type ListenAddress, readListenAddress, type Server, type ServerOptions, startServer } from "./server.ts";
export { siteInLog } from "./site-in-log.ts";
