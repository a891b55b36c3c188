/**
 * The product over WebSocket with TLS 1.3: the server in its own process, counted when the last proof is in hand. The CPU
 * time is the server's alone.
 *
 * One server lives through all rounds, as a server does; each round's frames go on with its devices' chains.
 */
import { join } from "node:path";
import { DEVICES, type FrameOrder, frameSource } from "./bench-site.ts";
import { type Measure, measure } from "./figures.ts";
import { type Connection, ServerProcess } from "./server-process.ts";

const WINDOW = 512;
const SEED = 1;

export interface WebsocketCandidate {
  readonly round: () => Promise<Measure>;
  readonly stop: () => Promise<void>;
}

export async function websocketOf(dir: string, order: FrameOrder, frames: number): Promise<WebsocketCandidate> {
  const server = await ServerProcess.start({ dir: join(dir, "websocket"), devices: DEVICES, seed: SEED });
  const connection = await server.connect();
  const next = frameSource(order);
  const round = async () => {
    const load = Array.from({ length: frames }, next);
    const before = await server.usage();
    const { rate } = await measure(frames, () => pump(connection, load));
    const after = await server.usage();
    return { rate, cpuUs: (after.cpuUs - before.cpuUs) / frames };
  };
  const stop = async () => {
    connection.socket.terminate();
    await server.stop();
  };
  return { round, stop };
}

function pump({ socket, carrier }: Connection, frames: readonly Uint8Array[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = 0;
    let proven = 0;
    // As a relay does that has many frames to pass on: those at hand leave in one write.
    const fill = () => {
      carrier.cork();
      while (sent < frames.length && sent - proven < WINDOW) socket.send(frames[sent++]!);
      carrier.uncork();
    };
    const hear = (data: Buffer) => {
      if (!data.subarray(0, 20).toString("latin1").startsWith("c2sp.org/tlog-proof"))
        reject(new Error(data.toString()));
      proven += 1;
      if (proven === frames.length) {
        socket.off("message", hear);
        resolve();
      } else if (sent - proven <= WINDOW / 2) fill();
    };
    socket.on("message", hear);
    fill();
  });
}
