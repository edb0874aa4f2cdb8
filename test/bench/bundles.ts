import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bundle, bundlePlainly } from '../../infra/constructs/bundle.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PEERS = 'test/bench/peers/';

/** Bundles in a directory that goes with this process, each built when it is first asked for. */
export interface Bundles {
  /**
   * Builds an entry file as a deployment would be built: ours with the construct's stand-ins for what it need not load, a peer
   * without them. They are ours to have made.
   *
   * @param entry from the root of the repository
   * @returns path of the bundle, an `index.mjs` in a directory of its own
   */
  of(entry: string): string;
  remove(): void;
}

export function createBundles(): Bundles {
  const directory = mkdtempSync(join(tmpdir(), 'clerk-dynamodb-sync-bench-'));
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  // Also where the process ends before anyone closes.
  process.once('exit', remove);
  const built = new Map<string, string>();
  return {
    of(entry) {
      const known = built.get(entry);
      if (known !== undefined) return known;
      const outfile = join(directory, String(built.size), 'index.mjs');
      const build = entry.startsWith(PEERS) ? bundlePlainly : bundle;
      build(ROOT, join(ROOT, entry), outfile);
      built.set(entry, outfile);
      return outfile;
    },
    remove() {
      process.removeListener('exit', remove);
      remove();
    },
  };
}
