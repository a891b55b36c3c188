/**
 * Progress on a terminal for work that takes longer than two seconds; silent in pipes and files.
 */

const SILENT_MS = 2_000;
const EVERY_MS = 200;

export interface Progress {
  /** `done` of `total` (undefined when unknown), with what is being counted. */
  at(done: number, total: number | undefined, what: string): void;
  end(): void;
}

export function progressOn(stream: NodeJS.WriteStream, nowMs: () => number): Progress {
  const startMs = nowMs();
  let shownMs = 0;
  if (!stream.isTTY) return { at: () => {}, end: () => {} };
  return {
    at(done, total, what) {
      const now = nowMs();
      if (now - startMs < SILENT_MS || now - shownMs < EVERY_MS) return;
      shownMs = now;
      const perSecond = Math.round((1000 * done) / (now - startMs));
      const share = total === undefined ? "" : ` of ${total} (${Math.floor((100 * done) / total)} %)`;
      stream.write(`\r\u001b[K${done}${share} ${what}, ${perSecond}/s`);
    },
    end() {
      if (shownMs > 0) stream.write("\r\u001b[K");
    },
  };
}
