/** Starts and stops the server process of a benchmark, and connects to it. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";
import type { FromServer, ServerOrder, ServerReady, ServerUsage, ToServer } from "./server-words.ts";

// As bin/twinward.mjs starts a server: what was compiled is kept, and the young generation stays small (Node's own
// choice grows to 128 MiB for what is garbage a moment later).
const COMPILED = fileURLToPath(new URL("../../../../node_modules/.cache/twinward", import.meta.url));
const YOUNG_GENERATION = "--max-semi-space-size=8";

export interface Connection {
  readonly socket: WebSocket;
  /** The connection below: corked, many frames leave in one write. */
  readonly carrier: Duplex;
}

export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #ready: ServerReady;

  private constructor(child: ChildProcess, ready: ServerReady) {
    this.#child = child;
    this.#ready = ready;
  }

  static async start(order: ServerOrder): Promise<ServerProcess> {
    const child = fork(fileURLToPath(new URL("./server-child.ts", import.meta.url)), [JSON.stringify(order)], {
      execArgv: [...process.execArgv, YOUNG_GENERATION],
      env: { NODE_COMPILE_CACHE: COMPILED, ...process.env },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const [ready] = (await once(child, "message")) as [ServerReady];
    return new ServerProcess(child, ready);
  }

  async connect(): Promise<Connection> {
    const { port, ca, cert, key } = this.#ready;
    const socket = new WebSocket(`wss://127.0.0.1:${port}/v1/frames/stream`, {
      ca,
      cert,
      key,
      minVersion: "TLSv1.3",
      perMessageDeflate: false,
    });
    const upgraded = once(socket, "upgrade") as Promise<[IncomingMessage]>;
    await once(socket, "open");
    const [response] = await upgraded;
    return { socket, carrier: response.socket };
  }

  async usage(): Promise<ServerUsage> {
    this.#say({ kind: "usage" });
    const [answer] = (await once(this.#child, "message")) as [FromServer];
    if (answer.kind !== "usage") throw new Error("the server answers what it was asked");
    return answer;
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
