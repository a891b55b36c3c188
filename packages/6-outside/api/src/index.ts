/** The HTTP and streaming surface. */
export { type ApiOptions, type ApiTls, createApi } from "./api.ts";
export { type LiveEvent, LiveFeed } from "./live-feed.ts";
export { API_REFUSALS, type ApiRefusalCode } from "./refusals.ts";
export type { ApiServices, JudgementHealth } from "./services.ts";
export { Sessions } from "./sessions.ts";
export { twinDocument } from "./twin-document.ts";
