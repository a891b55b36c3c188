/** Where things lie in a data folder. Everything is private to its owner (folders 0700, files 0600). */
import { join } from "node:path";

export interface DataFolder {
  readonly dir: string;
  readonly database: string;
  /** The newest checkpoint; derived. */
  readonly checkpoint: string;
  /** Tiles and entry bundles; derived. */
  readonly tiles: string;
  /** Held by the one process that keeps this log. In `cache`: nothing in it is worth keeping. */
  readonly keeperLock: string;
  readonly keys: string;
  readonly logKey: string;
  /** A log key that is made but not yet in the log. */
  readonly nextLogKey: string;
  /** One file per data key, outside database and backups. */
  readonly dataKeys: string;
}

export function dataFolder(dir: string): DataFolder {
  const keys = join(dir, "keys");
  return {
    dir,
    database: join(dir, "log.db"),
    checkpoint: join(dir, "checkpoint"),
    tiles: join(dir, "tile"),
    keeperLock: join(dir, "cache", "keeper.lock"),
    keys,
    logKey: join(keys, "log.key"),
    nextLogKey: join(keys, "log-next.key"),
    dataKeys: join(keys, "data"),
  };
}
