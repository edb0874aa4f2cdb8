import * as fc from 'fast-check';

/** The seed of every property in this process: taken from FC_SEED to repeat a run, else from the clock. */
const seed = Number(process.env['FC_SEED'] ?? Date.now() % 2_147_483_647);

/** `FUZZ_RUNS=20000` makes as many cases of each property. */
const asked = Number(process.env['FUZZ_RUNS'] ?? 0);

/** Nobody waits longer for one request: a machine that is busy included, ms. */
const LONGEST_CASE_MS = 4_000;

process.stdout.write(`fuzzing with seed ${seed} (repeat with FC_SEED=${seed})\n`);

/**
 * Sends inputs in that strangers can make up. Fails with the seed and the smallest input that breaks what must hold, and for one
 * that takes too long.
 *
 * @param few as many as there is time for
 * @param holds says in a word what came of it, or throws
 * @returns how often which came of it: inputs that are all turned away at the door say nothing of what is behind it
 */
export async function fuzz<Input>(
  few: number,
  inputs: fc.Arbitrary<Input>,
  holds: (input: Input) => Promise<string>,
): Promise<Readonly<Record<string, number>>> {
  const counts = new Map<string, number>();
  const property = fc.asyncProperty(inputs, async (input) => {
    const startedAt = performance.now();
    const came = await holds(input);
    const tookMs = performance.now() - startedAt;
    if (tookMs > LONGEST_CASE_MS) throw new Error(`It took ${Math.round(tookMs)} ms.`);
    if ('polluted' in {}) throw new Error('The prototype of every object has been changed.');
    counts.set(came, (counts.get(came) ?? 0) + 1);
  });
  await fc.assert(property, { seed, numRuns: asked || few });
  return Object.fromEntries([...counts].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
