/** Bytes that are no HTTP request: answered in the same shape as everything else, then the connection ends. */
import type { Socket } from "node:net";
import { problemOf } from "./problem.ts";
import { refuseApi } from "./refusals.ts";

export function answerBadHttp(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(problemOf(refuseApi("BAD_REQUEST")));
  const head = [
    "HTTP/1.1 400 Bad Request",
    "Content-Type: application/problem+json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
