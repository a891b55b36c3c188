import type { RegisteredDevice } from "@twinward/access";
import { describe, expect, test } from "vitest";
import { Sessions } from "./sessions.ts";

class FakeSession {
  isCut = false;
  #close: () => void = () => {};

  cut(): void {
    this.isCut = true;
    this.#close();
  }

  onClose(listener: () => void): void {
    this.#close = listener;
  }

  close(): void {
    this.#close();
  }
}

function registry(active: readonly string[]) {
  const listeners: ((stopped: RegisteredDevice) => void)[] = [];
  return {
    onStopped: (listener: (stopped: RegisteredDevice) => void) => listeners.push(listener),
    byDevice: (device: string) =>
      ({ device, status: active.includes(device) ? "active" : "revoked" }) as RegisteredDevice,
    stop: (device: string) => {
      for (const listener of listeners) listener({ device } as RegisteredDevice);
    },
  };
}

const plc1 = { kind: "device", device: "plc1" } as const;
const plc2 = { kind: "device", device: "plc2" } as const;

describe("sessions", () => {
  test("of a revoked device are all cut, those of others stay", () => {
    const devices = registry(["plc1", "plc2"]);
    const sessions = new Sessions(devices);
    const [one, two, other] = [new FakeSession(), new FakeSession(), new FakeSession()];
    sessions.add(plc1, one);
    sessions.add(plc1, two);
    sessions.add(plc2, other);
    devices.stop("plc1");
    expect([one.isCut, two.isCut, other.isCut]).toEqual([true, true, false]);
    expect(sessions.size).toBe(1);
  });

  test("of a device revoked between the guard and here are cut at once", () => {
    const sessions = new Sessions(registry([]));
    const session = new FakeSession();
    sessions.add(plc1, session);
    expect(session.isCut).toBe(true);
    expect(sessions.size).toBe(0);
  });

  test("of an administrator end with the credential", () => {
    const sessions = new Sessions(registry([]));
    const [mine, theirs] = [new FakeSession(), new FakeSession()];
    sessions.add({ kind: "administrator", id: "a1", name: "A" }, mine);
    sessions.add({ kind: "administrator", id: "a2", name: "A" }, theirs);
    sessions.cut({ kind: "administrator", id: "a1", name: "" });
    expect([mine.isCut, theirs.isCut]).toEqual([true, false]);
  });

  test("that closed are forgotten", () => {
    const sessions = new Sessions(registry(["plc1"]));
    const session = new FakeSession();
    sessions.add(plc1, session);
    session.close();
    expect(sessions.size).toBe(0);
  });
});
