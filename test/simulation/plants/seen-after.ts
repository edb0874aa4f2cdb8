import { readFileSync } from 'node:fs';

const PAGE = new URL('../../../docs/simulation.md', import.meta.url);

/** After how many histories from seed 1 each plant was seen, and by which invariant, as the table of docs/simulation.md has it. */
export function seenAfter(): ReadonlyMap<string, { readonly seed: number; readonly invariant: string }> {
  const rows = readFileSync(PAGE, 'utf8').matchAll(/^\| `([a-z-]+)` +\|.*\| (\d+) +\| ([a-z-]+) +\|$/gm);
  return new Map(
    [...rows].map(([, plant = '', seed = '', invariant = '']) => [plant, { seed: Number(seed), invariant }]),
  );
}
