/** The built-in page: static files without any data; what they show they fetch with the reader's own credential. */
import { readFileSync } from "node:fs";
import type { FastifyInstance } from "fastify";

const FILES = [
  ["/", "index.html", "text/html; charset=utf-8"],
  ["/page.css", "page.css", "text/css; charset=utf-8"],
  ["/page.js", "page.js", "text/javascript; charset=utf-8"],
] as const;

export function pageRoutes(app: FastifyInstance): void {
  for (const [path, file, type] of FILES) {
    const bytes = readFileSync(new URL(`../page/${file}`, import.meta.url));
    app.get(path, { config: { action: "page" }, schema: { hide: true } }, async (_request, reply) =>
      reply.type(type).send(bytes),
    );
  }
}
