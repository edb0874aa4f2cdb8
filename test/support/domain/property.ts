/** Runs properties with one seed for the whole file, and says which. */
import * as fc from 'fast-check';

/** The seed of every property in this process: taken from FC_SEED to repeat a run, else from the clock. */
const seed = Number(process.env['FC_SEED'] ?? Date.now() % 2_147_483_647);

process.stdout.write(`fast-check seed ${seed} (repeat with FC_SEED=${seed})\n`);

/** Fails with fast-check's report: seed, path and the smallest counterexample. */
export function check<Values extends [unknown, ...unknown[]]>(
  property: fc.IPropertyWithHooks<Values>,
  numRuns = 1_000,
): void {
  fc.assert(property, { seed, numRuns });
}

/** The same for a property that has to wait. */
export function checkAsync<Values extends [unknown, ...unknown[]]>(
  property: fc.IAsyncPropertyWithHooks<Values>,
  numRuns = 300,
): Promise<void> {
  return fc.assert(property, { seed, numRuns });
}
