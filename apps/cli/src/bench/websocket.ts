/** The product over WebSocket with TLS 1.3: the server in its own process, counted when the last proof is in hand. */
import { join } from "node:path";
import type { WebSocket } from "ws";
import { DEVICES } from "./bench-site.ts";
import { type Measure, measure } from "./figures.ts";
import { ServerProcess } from "./server-process.ts";

const WINDOW = 512;
const SEED = 1;

export async function websocketOf(dir: string, frames: readonly Uint8Array[]): Promise<() => Promise<Measure>> {
  return async () => {
    const server = await ServerProcess.start({ dir: join(dir, "websocket"), devices: DEVICES, seed: SEED });
    const socket = await server.connect();
    const figure = await measure(frames.length, () => pump(socket, frames));
    socket.terminate();
    await server.stop();
    return figure;
  };
}

function pump(socket: WebSocket, frames: readonly Uint8Array[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = 0;
    let proven = 0;
    const fill = () => {
      while (sent < frames.length && sent - proven < WINDOW) socket.send(frames[sent++]!);
    };
    socket.on("message", (data: Buffer) => {
      if (!data.subarray(0, 20).toString("latin1").startsWith("c2sp.org/tlog-proof"))
        reject(new Error(data.toString()));
      proven += 1;
      if (proven === frames.length) resolve();
      else if (sent - proven <= WINDOW / 2) fill();
    });
    fill();
  });
}
