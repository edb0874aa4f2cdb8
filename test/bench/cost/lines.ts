import { MEMORY_SIZES } from '../../../infra/constructs/memory-sizes.ts';
import type { DurableHost } from '../../support/reconciler/durable-host.ts';
import { AWS_JWT_VERIFY, NAIVE, NAIVE_WITHOUT_METRICS, OURS, PARTS, TYPICAL, WEBHOOK } from '../subjects.ts';
import type { World } from '../world.ts';
import type { Counted, Work } from './prices.ts';
import { changedRequest, unchangedRequest, webhook } from './requests.ts';
import { naiveUser, userOfARun } from './runs.ts';

/** What happens a million times, and to whom: a line of docs/cost.md. */
export interface CostLine {
  readonly what: keyof typeof CPU_MS;
  /** A subject of the bench. */
  readonly who: string;
  readonly counted: Counted;
  readonly work: Work;
}

/**
 * Of a processor for each, ms: by docs/bench.md, ours rounded up and the others' down. They decide how long Lambda is paid
 * for, which is the smaller part beside the calls that are waited for.
 */
const CPU_MS = {
  unchanged: { ours: 0.7, other: 1, naive: 1.6 },
  changed: { ours: 3, other: 1.8, naive: 1.6 },
  'webhook.updated': { ours: 4, other: 1.8, naive: 1.8 },
  'webhook.created': { ours: 3, other: 1.8, naive: 1.8 },
  reconciled: { ours: 0.08, other: 1.6, naive: 1.6 },
  imported: { ours: 2, other: 1.6, naive: 1.6 },
} as const;

/** Clerk's page of 500 users takes 300 ms. */
const WAIT_FOR_A_USER = 0.6;

/** Counts them all. The host ends what was started for it. */
export async function countLines(world: World, durable: DurableHost): Promise<readonly CostLine[]> {
  const lines: CostLine[] = [];
  const add = (what: CostLine['what'], who: string, counted: Counted): number =>
    lines.push({ what, who, counted, work: workOf(what, who) });
  for (const subject of [OURS, NAIVE, NAIVE_WITHOUT_METRICS, TYPICAL, AWS_JWT_VERIFY])
    add('unchanged', subject.name, await unchangedRequest(world, subject));
  for (const subject of [OURS, NAIVE, TYPICAL]) add('changed', subject.name, await changedRequest(world, subject));
  for (const outcome of ['updated', 'created'] as const) {
    for (const subject of [WEBHOOK, PARTS])
      add(`webhook.${outcome}`, subject.name, await webhook(world, subject, outcome));
  }
  const { unchanged, imported } = await userOfARun(world, durable);
  const naive = await naiveUser(world);
  add('reconciled', OURS.name, unchanged);
  add('reconciled', NAIVE.name, naive);
  add('imported', OURS.name, imported);
  add('imported', NAIVE.name, naive);
  return lines;
}

/** What is not counted of it. */
export function workOf(what: CostLine['what'], who: string): Work {
  const isRun = what === 'reconciled' || what === 'imported';
  const isOurs = who === OURS.name;
  const isChange = what !== 'unchanged' && what !== 'reconciled';
  const { ours, naive, other } = CPU_MS[what];
  return {
    invocations: isRun ? 0 : 1,
    cpuMs: isOurs ? ours : who.startsWith(NAIVE.name) ? naive : other,
    megabytes: memoryOf(what, isRun),
    waitMs: isRun ? WAIT_FOR_A_USER : 0,
    // The others tell nobody.
    changes: isOurs && isChange ? 1 : 0,
  };
}

function memoryOf(what: CostLine['what'], isRun: boolean): number {
  if (isRun) return MEMORY_SIZES.reconciler;
  return what.startsWith('webhook') ? MEMORY_SIZES.others : MEMORY_SIZES.authorizer;
}
