/** Starts and stops the server process of a benchmark, and connects to it. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";
import type { FromServer, ServerOrder, ServerReady, ToServer } from "./server-words.ts";

export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #ready: ServerReady;

  private constructor(child: ChildProcess, ready: ServerReady) {
    this.#child = child;
    this.#ready = ready;
  }

  static async start(order: ServerOrder): Promise<ServerProcess> {
    const child = fork(fileURLToPath(new URL("./server-child.ts", import.meta.url)), [JSON.stringify(order)], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const [ready] = (await once(child, "message")) as [ServerReady];
    return new ServerProcess(child, ready);
  }

  async connect(): Promise<WebSocket> {
    const { port, ca, cert, key } = this.#ready;
    const socket = new WebSocket(`wss://127.0.0.1:${port}/v1/frames/stream`, {
      ca,
      cert,
      key,
      minVersion: "TLSv1.3",
      perMessageDeflate: false,
    });
    await once(socket, "open");
    return socket;
  }

  async rssBytes(): Promise<number> {
    this.#say({ kind: "memory" });
    const [answer] = (await once(this.#child, "message")) as [FromServer];
    return answer.kind === "memory" ? answer.rssBytes : Number.NaN;
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#say({ kind: "stop" });
    await ended;
  }

  #say(message: ToServer): void {
    this.#child.send(message);
  }
}
