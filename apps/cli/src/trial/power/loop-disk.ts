/**
 * A disk that loses power: a file system in a file, mounted through a loop device and shut down without flushing its
 * journal (XFS_IOC_GOINGDOWN with NOLOGFLUSH, which ext4 knows too). What no fsync covered is gone, as in a real cut.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TwinwardError } from "@twinward/kernel";
import { pause } from "../own-command.ts";

export type FileSystem = "xfs" | "ext4";

const DISK_BYTES = 800 * 1_048_576;
const UMOUNT_TRIES = 50;
const UMOUNT_PAUSE_MS = 100;
const UMOUNT = "umount";
const PROGRAMS = ["mount", UMOUNT, "mkfs.xfs", "mkfs.ext4", "xfs_io"];

export class LoopDisk {
  readonly #image: string;
  readonly mountPoint: string;
  #isMounted = false;
  /** A trial that is stopped leaves nothing mounted. */
  readonly #abandon = () => void spawnSync(UMOUNT, ["-l", this.mountPoint]);

  private constructor(image: string, mountPoint: string) {
    this.#image = image;
    this.mountPoint = mountPoint;
  }

  /** Makes and mounts a new, empty disk. Throws TRIAL_DISK. */
  static make(dir: string, fileSystem: FileSystem): LoopDisk {
    const mountPoint = join(dir, "disk");
    mkdirSync(mountPoint, { recursive: true });
    const image = join(dir, "disk.img");
    writeFileSync(image, "");
    truncateSync(image, DISK_BYTES);
    run(`mkfs.${fileSystem}`, ["-q", image]);
    const disk = new LoopDisk(image, mountPoint);
    disk.mount();
    return disk;
  }

  mount(): void {
    run("mount", ["-o", "loop", this.#image, this.mountPoint]);
    this.#isMounted = true;
    process.once("exit", this.#abandon);
  }

  #forget(): void {
    this.#isMounted = false;
    process.off("exit", this.#abandon);
  }

  /** Everything written so far becomes durable: what a quiet minute before the cut would have done. */
  sync(): void {
    run("sync", ["-f", this.mountPoint]);
  }

  /** The cut: nothing reaches the disk any more, and what was only in memory never will. */
  cutPower(): void {
    run("xfs_io", ["-x", "-c", "shutdown", this.mountPoint]);
  }

  /** When nobody uses it any more. Throws TRIAL_DISK when somebody does for longer than UMOUNT_TRIES pauses. */
  async unmount(): Promise<void> {
    for (let tried = 1; this.#isMounted; tried++) {
      const { status, stderr } = spawnSync(UMOUNT, [this.mountPoint], { encoding: "utf8" });
      if (status === 0) this.#forget();
      else if (tried >= UMOUNT_TRIES) throw new TwinwardError("TRIAL_DISK", `umount: ${stderr}`);
      else await pause(UMOUNT_PAUSE_MS);
    }
  }
}

/** Why power cannot be cut on this machine; undefined when it can. */
export function whyNoPowerCuts(): string | undefined {
  if (process.getuid?.() !== 0) return "power cuts need root (loop mounts)";
  const missing = PROGRAMS.filter((program) => spawnSync("sh", ["-c", `command -v ${program}`]).status !== 0);
  return missing.length > 0 ? `power cuts need ${missing.join(", ")} (Debian: xfsprogs, e2fsprogs)` : undefined;
}

function run(program: string, words: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, words, { encoding: "utf8" });
  if (status !== 0) throw new TwinwardError("TRIAL_DISK", `${program} ${words.join(" ")}: ${stderr || error?.message}`);
}
