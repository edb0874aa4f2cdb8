import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The files of a bundle, as text. */
export interface BundleFiles {
  /** Those that Node reads before the first event: the entry, and what it imports where it stands. */
  readonly atStart: readonly string[];
  /** All that is deployed: also what is loaded when it is first needed. */
  readonly all: readonly string[];
}

/** An import or export from a file beside it, as the bundler writes it; `import("…")` is none. */
const STATIC_IMPORT = /(?:from|import)\s*"\.\/([^"]+)"/g;

/** @param entry path of the bundle's entry, alone with its other files in a directory */
export function bundleFiles(entry: string): BundleFiles {
  const directory = dirname(entry);
  const textOf = (name: string): string => readFileSync(join(directory, name), 'utf8');
  const atStart = new Map<string, string>();
  const add = (name: string): void => {
    if (atStart.has(name)) return;
    const text = textOf(name);
    atStart.set(name, text);
    for (const [, imported = ''] of text.matchAll(STATIC_IMPORT)) add(imported);
  };
  add(basename(entry));
  const names = readdirSync(directory).filter((name) => name.endsWith('.mjs'));
  return { atStart: [...atStart.values()], all: names.map(textOf) };
}
