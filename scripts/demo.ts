/**
 * `npm run demo`: a day in the life of the mirror, played over HTTP on a local cloud of its own.
 * Exits 0 only if every step held and Clerk and the table agree field by field. `-- --json` prints the report as one document.
 */
import type { LocalStack } from '../infra/local/local-stack.ts';
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

interface Report extends Comparison {
  readonly ok: boolean;
  readonly steps: readonly StepReport[];
}

const { json = false } = readArguments({ json: { type: 'boolean' } }, 'npm run demo -- [--json]');
/** With --json, standard output belongs to the document. */
const say = json ? console.error : console.log;

say('A day in the life, on a local cloud of its own. It takes about half a minute.\n');
let stack: LocalStack | undefined;
onInterrupt(async () => {
  say('\nStopped. Nothing was kept: run `npm run demo` again to start over.');
  await stack?.close();
});
const steps: StepReport[] = [];
const report = await play().catch(failedReport);
await stack?.close();
if (json) console.log(JSON.stringify(report, null, 2));
process.exitCode = report.ok ? 0 : 1;

async function play(): Promise<Report> {
  stack = await startLocalStack({ onProgress: (message) => say(`  ${message} …`) });
  const world = createWorld(stack.file);
  say('');
  for (const step of daySteps()) {
    const played = await playOne(step, world);
    steps.push(played);
    say(`${played.ok ? '✓' : '✗'} ${step.name}  (${played.ms} ms)\n    ${played.detail}`);
  }
  return conclude(await world.compare());
}

async function playOne(step: Step, world: World): Promise<StepReport> {
  const startedAt = performance.now();
  const elapsed = (): number => Math.round(performance.now() - startedAt);
  try {
    const detail = await step.run(world);
    return { name: step.name, ok: true, ms: elapsed(), detail };
  } catch (error) {
    return { name: step.name, ok: false, ms: elapsed(), detail: messageOf(error) };
  }
}

function conclude({ users, mismatches }: Comparison): Report {
  const agree = mismatches.length === 0 && users.clerk === users.table;
  const failed = steps.filter((step) => !step.ok).length;
  const ok = failed === 0 && agree;
  const differ = agree ? '' : '; Clerk and the table differ';
  say(`\n${users.clerk} users in Clerk, ${users.table} in the table, ${mismatches.length} fields differ.`);
  say(ok ? 'Clerk and the table agree.' : `FAILED: ${failed} of ${steps.length} steps failed${differ}.`);
  return { ok, users, steps, mismatches };
}

/** It did not start, or could not be compared in the end: the report says so in the place of a step. */
function failedReport(error: unknown): Report {
  const detail = messageOf(error);
  say(`\nFAILED: ${detail}`);
  const name = 'The local cloud starts and can be compared';
  return {
    ok: false,
    users: { clerk: 0, table: 0 },
    steps: [...steps, { name, ok: false, ms: 0, detail }],
    mismatches: [],
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
