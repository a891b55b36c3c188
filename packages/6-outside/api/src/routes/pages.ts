/** The built-in page: static files without any data; what they show they fetch with the reader's own credential. */
import { readFileSync } from "node:fs";
import type { FastifyInstance } from "fastify";

const HTML = "text/html; charset=utf-8";
const CSS = "text/css; charset=utf-8";
const SCRIPT = "text/javascript; charset=utf-8";
const FILES = [
  ["/", "index.html", HTML],
  ["/page.css", "page.css", CSS],
  ["/icon.svg", "icon.svg", "image/svg+xml"],
  ...["page", "elements", "server-call", "state-view", "incident-view", "act-dialog"].map(
    (name) => [`/${name}.js`, `${name}.js`, SCRIPT] as const,
  ),
] as const;

export function pageRoutes(app: FastifyInstance): void {
  for (const [path, file, type] of FILES) {
    const bytes = readFileSync(new URL(`../page/${file}`, import.meta.url));
    app.get(path, { config: { action: "page" }, schema: { hide: true } }, async (_request, reply) =>
      reply.type(type).header("cache-control", "no-cache").send(bytes),
    );
  }
}
