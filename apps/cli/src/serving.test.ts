/** A server process, an administrator and a device, each by the real command. */
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { Identity } from "@twinward/device";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { Command, NET1, twinward } from "./command-line.fixture.ts";
import { readCredential } from "./credential-file.ts";
import { callServer } from "./server-call.ts";

let dir: string;
let server: Command | undefined;
let url = "";
const at = (name: string) => join(dir, name);
const read = (name: string) => readFileSync(at(name), "utf8");

async function serve(...more: string[]): Promise<Command> {
  const listen = url === "" ? "127.0.0.1:0" : url.slice("https://".length);
  server = new Command(["serve", "--site", NET1, "--data", at("data"), "--listen", listen, ...more]);
  url = (await server.says(/at (https:\/\/\S+)/))[1] ?? "";
  return server;
}

const OUT = ["--checkpoint-out", "CHECKPOINT", "--syslog", "SYSLOG"];
const outputs = () => OUT.map((word) => word.replace("CHECKPOINT", at("anchor")).replace("SYSLOG", at("syslog")));
const admin = () => ["--server", url, "--credential", at("admin.json")];

async function enrol(device: string): Promise<void> {
  const invited = await twinward("device", "invite", device, ...admin(), "--out", at(`${device}.token`));
  expect(invited).toMatchObject({ code: 0, err: "" });
  const token = ["--server", url, "--token", at(`${device}.token`)];
  const enrolled = await twinward("device", "enrol", ...token, "--out", at(device));
  expect(enrolled).toMatchObject({ code: 0, err: "" });
}

const send = (device: string, file: string) =>
  twinward("device", "send", "--identity", at(device), "--input", at(file), "--json");

/** Rows of the last hours, the newest an hour old. */
function recent(name: string, columns: string, rows: readonly string[]): void {
  const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
  const lines = rows.map((row, i) => `${new Date(hour - (rows.length - i) * 3_600_000).toISOString()},${row}`);
  writeFileSync(at(name), `${[`DATETIME,${columns}`, ...lines].join("\n")}\n`);
}

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "tw-serving-"));
});
afterEach(async () => {
  if (server?.child.exitCode === null) await server.kill("SIGTERM");
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe("a site's first day", () => {
  test("serve prints only the path of the link; setup makes a credential of it, once", async () => {
    const running = await serve(...outputs());
    const [, link = ""] = await running.says(/set-up link .*: (\S+)/);
    const secret = readFileSync(link, "utf8").trim().split("#")[1] ?? "";
    expect(running.out).not.toContain(secret);
    const first = await twinward("setup", "--link", link, "--out", at("admin.json"));
    expect(first).toMatchObject({ code: 0, err: "" });
    expect(statSync(at("admin.json")).mode & 0o777).toBe(0o600);
    expect(first.out).not.toContain((await readCredential(at("admin.json"))).token);
    expect((await twinward("setup", "--link", link, "--out", at("again.json"))).code).toBe(2);

    await enrol("plc1");
    await enrol("plc2");
    const used = ["--server", url, "--token", at("plc2.token"), "--out", at("thief")];
    expect(await twinward("device", "enrol", ...used)).toMatchObject({
      code: 1,
      err: expect.stringContaining("TOKEN_INVALID"),
    });

    recent("pump.csv", "F_9,S_9,P_10", ["117.7,1,89.7", "117.7,1,89.7", "117.7,1,89.7"]);
    recent("tank.csv", "L_2,ATT_FLAG", ["36.6,0", "36.6,0", "99,1"]);
    const pump = await send("plc1", "pump.csv");
    expect(JSON.parse(pump.out)).toEqual({ frames: 3, readings: 9, proven: 3, refused: 0 });
    const tank = await send("plc2", "tank.csv");
    expect(tank).toMatchObject({ code: 0, err: "twinward: column ATT_FLAG is no signal of plc2: ignored\n" });

    const listed = JSON.parse((await twinward("device", "list", ...admin(), "--json")).out) as { items: object[] };
    expect(listed.items).toMatchObject([
      { id: "plc1", status: "active", openLinks: 0 },
      { id: "plc2", status: "active", lastSeen: expect.any(String) },
    ]);
    await expect.poll(() => existsSync(at("syslog")) && read("syslog"), { timeout: 20_000 }).toMatch(/incident-opened/);
    const [line = ""] = read("syslog").split("\n");
    expect(line).toMatch(/^<10\d>1 \d{4}-\d\d-\d\dT[\d:.]+Z \S+ twinward \d+ incident-opened \[twinward@32473 .*L_2/);
    expect(await running.kill("SIGTERM")).toMatchObject({ code: 0, err: "" });
  });

  test("after SIGKILL it is healthy again, and the record verifies against the checkpoint kept outside", async () => {
    const running = await serve(...outputs());
    expect((await send("plc2", "tank.csv")).code).toBe(0);
    await running.kill("SIGKILL");
    const again = await serve(...outputs());
    const { caCrt: ca, token } = await readCredential(at("admin.json"));
    expect(await callServer({ server: url, ca, path: "/v1/health" })).toEqual({ status: "ok", setUp: true });
    await expect(callServer({ server: url, ca, path: "/v1/twins" })).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    const { items } = (await callServer({ server: url, ca, token, path: "/v1/incidents" })) as { items: object[] };
    expect(items.length).toBeGreaterThan(0);
    const [, logKey = ""] = await again.says(/log key: (\S+)/);
    const anchor = ["--checkpoint", at("anchor"), "--require-anchor"];
    const verified = await twinward("evidence", "verify", at("data"), "--log-key", logKey, ...anchor);
    expect(verified).toMatchObject({ code: 0, out: expect.stringMatching(/^verdict: anchored$/m) });
  });

  test("a revocation cuts the device's open WebSocket within a second, and it stays out", async () => {
    await serve(...outputs());
    const { caCrt: ca, token } = await readCredential(at("admin.json"));
    const { keys } = Identity.load(at("plc1"));
    const address = `${url.replace("https", "wss")}/v1/frames/stream`;
    const tls = { ca, cert: keys.tlsCrt, key: keys.tlsKey };
    const socket = new WebSocket(address, tls);
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    socket.send("text is no frame");
    const answer = await new Promise<string>((resolve) => socket.once("message", (data) => resolve(data.toString())));
    expect(JSON.parse(answer)).toMatchObject({ refused: true, code: "BAD_REQUEST" });

    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    const startedMs = performance.now();
    const body = { reason: "stolen from the cabinet" };
    await callServer({ server: url, ca, token, path: "/v1/devices/plc1/revoke", method: "POST", body });
    await closed;
    expect(performance.now() - startedMs).toBeLessThan(1000);

    const refused = new WebSocket(address, tls);
    const reason = await new Promise<Error>((resolve) => refused.once("error", resolve));
    expect(reason.message).toMatch(/401/);
  });

  test("a server with other CA or none is not believed", async () => {
    await serve(...outputs());
    const credential = JSON.parse(read("admin.json")) as { caCrt: string };
    writeFileSync(at("fooled.json"), JSON.stringify({ ...credential, caCrt: rootCertificates[0] }), { mode: 0o600 });
    const listed = await twinward("device", "list", "--server", url, "--credential", at("fooled.json"));
    expect(listed.code).toBe(1);
    expect(listed.err).toMatch(/^twinward: https:\/\/\S+: .*certificate.*\n$/);
  });

  test("neither a port nor a data folder is shared, each refused with one line", async () => {
    await serve(...outputs());
    cpSync(at("data"), at("copy"), { recursive: true });
    const samePort = new Command(["serve", "--site", NET1, "--data", at("copy"), "--listen", url.slice(8)]);
    const sameFolder = new Command(["serve", "--site", NET1, "--data", at("data"), "--listen", "127.0.0.1:0"]);
    expect(await samePort.ended).toMatchObject({
      code: 2,
      err: expect.stringMatching(
        /^twinward: 127\.0\.0\.1:\d+ is in use by another process; give another --listen\.\n$/,
      ),
    });
    expect(await sameFolder.ended).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^twinward: another process keeps the log.*\n$/),
    });
    expect((await twinward("doctor", "--listen", url.slice(8))).code).toBe(1);
  });

  test("a folder rolled back behind the checkpoint is not gone on with", async () => {
    cpSync(at("data"), at("backup"), { recursive: true });
    const running = await serve(...outputs());
    expect((await send("plc2", "tank.csv")).code).toBe(0);
    await running.kill("SIGTERM");
    rmSync(at("data"), { recursive: true });
    cpSync(at("backup"), at("data"), { recursive: true });
    const rolledBack = new Command([
      "serve",
      "--site",
      NET1,
      "--data",
      at("data"),
      "--listen",
      url.slice(8),
      ...outputs(),
    ]);
    const { code, err } = await rolledBack.ended;
    expect(code).toBe(1);
    expect(err).toMatch(/evidence recover/);
    expect(err.trim().split("\n")).toHaveLength(1);
  });

  test("the doctor finds the folder sound, and says what is wrong with it when others may read a key", async () => {
    chmodSync(at("data"), 0o700);
    expect((await twinward("doctor", "--data", at("data"))).code).toBe(0);
    chmodSync(at("data/keys/log.key"), 0o644);
    const { code, out } = await twinward("doctor", "--data", at("data"));
    expect(code).toBe(1);
    expect(out).toMatch(/WRONG +modes: others may read .*log\.key/);
  });
});
