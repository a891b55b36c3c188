/** The built-in page in a real browser, against a live runtime with an incident. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FieldDevice, net1, QUIET, Served } from "./served.fixture.ts";

const CHROMIUM = "/usr/bin/chromium";
const hasBrowser = existsSync(CHROMIUM);
if (!hasBrowser) console.warn(`not run: the built-in page in a browser, because ${CHROMIUM} is missing`);
/** Where screenshots go, for people; none are kept otherwise. */
const SHOTS = process.env.TWINWARD_SCREENSHOTS;

/** Text that would do harm as markup, in every field that a stranger, a device maker or an operator can fill. */
const HOSTILE = [
  "<img src=x onerror=window.harmed=1>",
  "</p><script>window.harmed=1</script>",
  '"><svg onload=window.harmed=1>',
  "javascript:window.harmed=1",
  "{{constructor.constructor('window.harmed=1')()}}",
].join(" ");

let served: Served;
let token: string;
let fields: FieldDevice[];
let profile: string;
let browser: BrowserContext;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  if (!hasBrowser) return;
  const plain = net1();
  const site = {
    ...plain,
    title: `Net1 ${HOSTILE}`,
    devices: plain.devices.map((device) => ({ ...device, title: HOSTILE })),
    signals: plain.signals.map((signal) => ({ ...signal, title: `${signal.title} ${HOSTILE}` })),
  };
  served = await Served.open({ site });
  token = await served.setUp(HOSTILE.slice(0, 100));
  fields = [await served.field("plc1"), await served.field("plc2")];
  for (let hour = 0; hour < 3; hour++) await served.row(fields, token, QUIET);
  await served.row(fields, token, { ...QUIET, L_2: 99 });
  profile = mkdtempSync(join(tmpdir(), "tw-page-"));
  browser = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    ignoreHTTPSErrors: true,
    viewport: { width: 1280, height: 1000 },
    locale: "en-GB",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  page = await browser.newPage();
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !/401|net::ERR/.test(message.text())) complaints.push(message.text());
  });
});
afterAll(async () => {
  await browser?.close();
  await served?.remove();
  if (profile !== undefined) rmSync(profile, { recursive: true, force: true });
});

async function shot(name: string): Promise<void> {
  if (SHOTS === undefined) return;
  mkdirSync(SHOTS, { recursive: true });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(SHOTS, `${name}-${colorScheme}.png`), fullPage: true });
  }
}

describe.skipIf(!hasBrowser)("the page", () => {
  test("asks for a credential, and says so when it is wrong", async () => {
    await page.goto(served.server.url);
    await page.getByLabel("Administrator's token").fill("wrong");
    await page.getByRole("button", { name: "Show the twin" }).click();
    await page.getByRole("alert").filter({ hasText: "No valid credential" }).waitFor();
    expect(await page.locator("main").isVisible()).toBe(false);
    await shot("sign-in");
  });

  test("shows tanks, trust and the incident to whoever signs in, also after a reload", async () => {
    await page.getByLabel("Administrator's token").fill(token);
    await page.keyboard.press("Enter");
    const seen = async () => {
      await page.getByRole("heading", { name: "L_2 trust 0 %" }).waitFor();
      await page.getByRole("heading", { name: /Readings contradict each other: L_2/ }).waitFor();
      expect(await page.locator("#tanks").textContent()).toContain("99.00 m");
    };
    await seen();
    expect(page.url()).not.toContain(token);
    await page.reload();
    await seen();
    await shot("twin");
  });

  test("follows the plant live, and keeps the reader's filter and open details", async () => {
    await page.getByText("What to check, and why we think so").first().click();
    await page.getByLabel("Find").fill("P_10");
    await served.row(fields, token, { ...QUIET, L_2: 98 });
    await expect.poll(() => page.locator("#tanks").textContent()).toContain("98.00 m");
    expect(await page.locator("#signals tr").count()).toBe(1);
    expect(await page.locator("#incidents details[open]").count()).toBe(1);
    await page.getByLabel("Find").fill("");
  });

  test("shows measured and substituted values side by side, the measured one as it came", async () => {
    const state = (await served.call("/v1/twins/net1/state", { token })).json as { signals: { id: string }[] };
    const stood = { substituted: { value: 36.52, sigma: 0.08 }, trust: 0.02 };
    const signals = state.signals.map((signal) => (signal.id === "L_2" ? { ...signal, ...stood } : signal));
    served.runtime.live.publish({ event: "state", data: { ...state, signals } });
    await expect.poll(() => page.locator("#tanks .gauge.substituted").textContent()).toContain("36.52 m");
    expect(await page.locator("#tanks .gauge.distrusted").textContent()).toContain("98.00 m");
    expect(await page.locator("#signals tr").first().textContent()).toMatch(/98\.00 m.*36\.52 m ± 0\.08/);
    await shot("substituted");
  });

  test("acknowledges with a reason by keyboard alone, and shows who did", async () => {
    await page.getByRole("button", { name: /^acknowledge/ }).focus();
    await page.keyboard.press("Enter");
    await shot("dialog");
    await page.keyboard.type(`on my way ${HOSTILE}`);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByText("Acknowledged by").waitFor({ timeout: 10_000 });
    expect(await page.locator("#incidents").textContent()).toContain("on my way <img src=x");
  });

  test("asks before it closes, and shows closed incidents only when wanted", async () => {
    await page.getByRole("button", { name: /^close/ }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    expect(served.runtime.incidents()[0]?.state).toBe("acknowledged");
    await page.getByRole("button", { name: /^close/ }).click();
    await page.getByLabel("Reason, for the record").fill("gauge replaced");
    await page.getByRole("button", { name: "Close", exact: true }).click();
    await page.getByText("Nothing to do: no incident is open.").waitFor();
    await page.getByLabel("Show").selectOption("closed");
    await page.getByText(/Closed by .*: gauge replaced/).waitFor();
    await shot("closed");
  });

  test("never lets stored text become markup", async () => {
    expect(await page.evaluate("window.harmed")).toBeUndefined();
    expect(await page.locator("img, svg, script:not([src]), iframe, [onerror], [onload]").count()).toBe(0);
    expect(await page.locator("#site").textContent()).toContain("<script>");
    expect(complaints).toEqual([]);
  });

  test("runs no inline script or style, and holds no data without a credential", async () => {
    for (const path of ["/", "/page.js", "/page.css", "/state-view.js"]) {
      const { status, text, headers } = await served.call(path);
      expect(status, path).toBe(200);
      expect(headers["content-security-policy"]).toMatch(/default-src 'none';script-src 'self';style-src 'self'/);
      expect(headers["x-frame-options"]).toBe("DENY");
      expect(text).not.toMatch(/net1|L_2|plc1/i);
      if (path === "/") expect(text).not.toMatch(/<script(?![^>]* src=)|<style|\son\w+=|\sstyle=/);
    }
  });

  test("says when nobody judges any more, though readings still come in", async () => {
    await page.route("**/v1/health", (route) => route.fulfill({ json: { status: "degraded", setUp: true } }));
    await page.reload();
    await page.getByRole("alert").filter({ hasText: "The judge has stopped" }).waitFor();
    await page.unroute("**/v1/health");
    await page.reload();
    await page.getByText("Live", { exact: true }).waitFor();
  });

  test("says when the server is gone, and comes back by itself", async () => {
    await page.getByLabel("Show").selectOption("open");
    const { port } = new URL(served.server.url);
    const parent = await served.stop();
    await page.getByRole("alert").filter({ hasText: "No connection to the server" }).waitFor();
    await shot("gone");
    served = await Served.open({ site: served.runtime.site }, parent, Number(port));
    await page.getByText("Live", { exact: true }).waitFor({ timeout: 15_000 });
    expect(await page.getByRole("alert").filter({ hasText: "No connection" }).count()).toBe(0);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Administrator's token").waitFor();
    expect(await page.locator("main").isVisible()).toBe(false);
  });
});
