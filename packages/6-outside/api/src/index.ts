/** The HTTP and streaming surface. */
export { type ApiOptions, type ApiTls, createApi } from "./api.ts";
export { type LiveEvent, LiveFeed } from "./live-feed.ts";
export { incidentDocument } from "./routes/incidents.ts";
export type { ApiServices, JudgementHealth } from "./services.ts";
export { Sessions } from "./sessions.ts";
export { type TwinDocument, twinDocument } from "./twin-document.ts";
