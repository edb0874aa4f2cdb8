/**
 * `npm run demo`: a day in the life of the mirror, played over HTTP on a local cloud of its own.
 * Exits 0 only if every step held and Clerk and the table agree field by field. `-- --json` prints the report as one document.
 */
import { startLocalStack } from '../infra/local/local-stack.ts';
import type { Comparison } from '../test/support/oracle.ts';
import { daySteps } from './demo/steps.ts';
import type { Step } from './demo/steps.ts';
import type { World } from './demo/world.ts';
import { createWorld } from './demo/world.ts';
import { readArguments } from './support/arguments.ts';
import { onInterrupt } from './support/interrupt.ts';

interface StepReport {
  readonly name: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly detail: string;
}

const { json = false } = readArguments({ json: { type: 'boolean' } }, 'npm run demo -- [--json]');
/** With --json, standard output belongs to the document. */
const say = json ? console.error : console.log;

say('A day in the life, on a local cloud of its own. It takes about half a minute.\n');
let close = (): Promise<void> => Promise.resolve();
onInterrupt(() => {
  say('\nStopped. Nothing was kept: run `npm run demo` again to start over.');
  return close();
});
const stack = await startLocalStack({ onProgress: (message) => say(`  ${message} …`) });
close = () => stack.close();
const world = createWorld(stack.file);
const steps = await play(daySteps(), world);
const comparison = await world.compare();
await stack.close();
report(steps, comparison);

async function play(steps: readonly Step[], world: World): Promise<StepReport[]> {
  const reports: StepReport[] = [];
  say('');
  for (const step of steps) {
    const report = await playOne(step, world);
    reports.push(report);
    say(`${report.ok ? '✓' : '✗'} ${step.name}  (${report.ms} ms)\n    ${report.detail}`);
  }
  return reports;
}

async function playOne(step: Step, world: World): Promise<StepReport> {
  const startedAt = performance.now();
  const elapsed = (): number => Math.round(performance.now() - startedAt);
  try {
    const detail = await step.run(world);
    return { name: step.name, ok: true, ms: elapsed(), detail };
  } catch (error) {
    return {
      name: step.name,
      ok: false,
      ms: elapsed(),
      detail: error instanceof Error ? error.message : String(error),
    };
  }
}

function report(steps: readonly StepReport[], { users, mismatches }: Comparison): void {
  const agree = mismatches.length === 0 && users.clerk === users.table;
  const failed = steps.filter((step) => !step.ok).length;
  const ok = failed === 0 && agree;
  say(`\n${users.clerk} users in Clerk, ${users.table} in the table, ${mismatches.length} fields differ.`);
  say(
    ok
      ? 'Clerk and the table agree.'
      : `FAILED: ${failed} of ${steps.length} steps failed${agree ? '' : '; Clerk and the table differ'}.`,
  );
  if (json) console.log(JSON.stringify({ ok, users, steps, mismatches }, null, 2));
  process.exitCode = ok ? 0 : 1;
}
