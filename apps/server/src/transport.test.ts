import { connect as connectTcp } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { FRAME_BYTES_MAX } from "@twinward/frame";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Served } from "./served.fixture.ts";

let served: Served;
let token: string;
beforeAll(async () => {
  served = await Served.open();
  token = await served.setUp();
});
afterAll(() => served.remove());

const port = () => Number(new URL(served.server.url).port);

/** Opens TLS and resolves with the protocol spoken, or the error of the handshake. */
function handshake(options: { minVersion?: "TLSv1.2"; maxVersion?: "TLSv1.2" | "TLSv1.3" }): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port: port(), ca: served.caCrt, ...options }, () => {
      resolve(socket.getProtocol() ?? "none");
      socket.destroy();
    });
    socket.on("error", (error: Error & { code?: string }) => resolve(error.code ?? error.message));
  });
}

/** A TLS connection on which the test writes HTTP by hand. */
function raw(): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port: port(), ca: served.caCrt }, () => resolve(socket));
    socket.on("error", reject);
  });
}

async function exchange(bytes: string): Promise<string> {
  const socket = await raw();
  let text = "";
  socket.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.write(bytes);
  await closed;
  return text;
}

describe("TLS", () => {
  test("1.3 is spoken, 1.2 is refused", async () => {
    expect(await handshake({})).toBe("TLSv1.3");
    expect(await handshake({ minVersion: "TLSv1.2", maxVersion: "TLSv1.2" })).toMatch(/PROTOCOL_VERSION|ECONNRESET/);
  });

  test("is not optional: plain HTTP gets nothing", async () => {
    const answer = await new Promise<string>((resolve) => {
      const socket = connectTcp(port(), "127.0.0.1", () => socket.write("GET /v1/health HTTP/1.1\r\nhost: x\r\n\r\n"));
      let text = "";
      socket.on("data", (part) => {
        text += part.toString("latin1");
      });
      socket.on("error", () => {});
      socket.on("close", () => resolve(text));
    });
    expect(answer).not.toMatch(/HTTP|status/);
  });
});

describe("bytes that are no request", () => {
  test.each([
    "GARBAGE\r\n\r\n",
    "GET /v1/health HTTP/9.9\r\n\r\n",
    "GET /v1/health HTTP/1.1\r\nhost: a\r\nbad header\r\n\r\n",
    "GET /v1/health HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    `GET /v1/health HTTP/1.1\r\nhost: a\r\nx: ${"y".repeat(20_000)}\r\n\r\n`,
  ])("are answered as a problem and cut off: %#", async (bytes) => {
    const answer = await exchange(bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toMatch(/application\/problem\+json/);
    expect(answer).toContain('"code":"BAD_REQUEST"');
  });
});

describe("sizes", () => {
  const post = (body: unknown, headers = {}) => served.call("/v1/frames", { method: "POST", token, body, headers });

  test("a frame of one byte too many is refused before it is looked at", async () => {
    const answer = await post(new Uint8Array(FRAME_BYTES_MAX + 1));
    expect(answer).toMatchObject({ status: 413, json: { code: "BODY_TOO_BIG" } });
  });

  test("a frame of the largest size is looked at", async () => {
    expect(await post(new Uint8Array(FRAME_BYTES_MAX))).toMatchObject({ status: 422 });
  });

  test("a JSON body beyond 64 KiB is refused", async () => {
    const body = { name: "x".repeat(70_000) };
    const answer = await served.call("/v1/credentials", { method: "POST", token, body });
    expect(answer).toMatchObject({ status: 413, json: { code: "BODY_TOO_BIG" } });
  });

  test("a frame must say what it is", async () => {
    for (const type of ["application/json", "text/plain", "application/octet-stream", "multipart/form-data"]) {
      const { status, headers } = await post("{}", { "content-type": type });
      expect([400, 415], type).toContain(status);
      expect(headers["content-type"]).toMatch(/^application\/problem\+json/);
    }
  });

  test("deep or poisoned JSON is only a wrong request", async () => {
    const bodies = [
      '{"name":',
      "[".repeat(60_000),
      '{"__proto__":{"x":1},"name":"y"}',
      '{"constructor":{"prototype":{}}}',
    ];
    for (const body of bodies) {
      const answer = await served.call("/v1/credentials", { method: "POST", token, body });
      expect(answer).toMatchObject({ status: 400, json: { code: "BAD_REQUEST" } });
      expect(answer.text).not.toMatch(/at .*\.(ts|js)/);
    }
  });
});

describe("the live stream", () => {
  const REQUEST = (bearer: string) => `GET /v1/stream HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${bearer}\r\n\r\n`;

  test("carries security headers and what happens", async () => {
    const socket = await raw();
    let text = "";
    socket.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    socket.write(REQUEST(token));
    await expect.poll(() => served.runtime.live.listeners).toBe(1);
    served.runtime.live.publish({ event: "incident", data: { id: "i-1", change: "opened" } });
    await expect.poll(() => text).toContain('event: incident\ndata: {"id":"i-1","change":"opened"}');
    expect(text).toMatch(/content-security-policy: default-src 'none'/i);
    expect(text).toMatch(/content-type: text\/event-stream/i);
    socket.destroy();
    await expect.poll(() => served.runtime.live.listeners).toBe(0);
  });

  test("drops a reader that does not read, and bothers nobody else", async () => {
    const [slow, quick] = [await raw(), await raw()];
    let received = 0;
    quick.on("data", (part) => {
      received += part.length;
    });
    slow.pause();
    for (const socket of [slow, quick]) socket.write(REQUEST(token));
    await expect.poll(() => served.runtime.live.listeners).toBe(2);
    const data = { id: "x".repeat(20_000), change: "updated" };
    let told = 0;
    const deadline = performance.now() + 20_000;
    while (served.runtime.live.listeners === 2 && performance.now() < deadline) {
      served.runtime.live.publish({ event: "incident", data });
      told += 1;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(served.runtime.live.listeners).toBe(1);
    await expect.poll(() => received).toBeGreaterThanOrEqual(told * 20_000);
    slow.destroy();
    quick.destroy();
    await expect.poll(() => served.runtime.live.listeners).toBe(0);
  });

  test("tells a stranger nothing, also as a WebSocket", async () => {
    const upgrade =
      "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
    for (const path of ["/v1/frames/stream", "/v1/stream", "/v1/twins", "/", "/nothing"]) {
      const socket = await raw();
      const first = new Promise<string>((resolve) => socket.once("data", (part) => resolve(part.toString("utf8"))));
      socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n${upgrade}\r\n`);
      expect(await first, path).not.toMatch(/^HTTP\/1\.1 101/);
      socket.destroy();
    }
  });
});
