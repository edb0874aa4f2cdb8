import { exactly } from '../measurement.ts';
import type { Measurement, RowDefinition, Sample, Target } from '../measurement.ts';
import { OURS } from '../subjects.ts';
import type { Subject } from '../subjects.ts';
import { authorizerEvent } from '../tokens.ts';
import { benchUser } from '../user.ts';
import type { World } from '../world.ts';

const USER = benchUser('user_bench');
/** Tokens, and how often each comes: half of the requests bring one that was not seen before. */
const TOKENS = 50;
const TIMES = 2;

/** What a request of a known user costs beside time, nothing having changed: counted, and the same in every run. */
export const unchangedRequest: Measurement = {
  name: 'unchanged',
  seconds: { start: 1, round: 2 },
  rounds: () => 1,
  start: (world) => Promise.resolve([{ name: OURS.name, sample: () => countUnchanged(world, OURS) }]),
  rows(samples) {
    const row = (suffix: string, unit: RowDefinition['unit'], quantity: string, target: Target): RowDefinition => ({
      suffix,
      unit,
      values: samples.of(OURS.name, quantity),
      target,
    });
    return [
      row('.reads', 'calls', 'readCalls', exactly(1)),
      row('.readUnits', 'units', 'readUnits', exactly(0.5)),
      row('.writes', 'calls', 'writeCalls', exactly(0)),
      row('.writeUnits', 'units', 'writeUnits', exactly(0)),
      row('.logBytes', 'bytes', 'logBytes', exactly(0)),
      row('.metricCalls', 'calls', 'metricCalls', exactly(0)),
    ];
  },
};

/**
 * From a fresh process to its end, start included: what a subject has asked AWS for and has written, for each request.
 * @throws when a request was refused
 */
export async function countUnchanged(world: World, subject: Subject): Promise<Sample> {
  await (await world.host.mirrorOf(subject)).put(USER);
  const counted = await world.host.startCounted(subject);
  const events = Array.from({ length: TOKENS }, () => authorizerEvent(world.issuer.token(USER)));
  const { allowed, invocations } = await counted.run({ events, times: TIMES });
  const spent = await counted.end();
  if (allowed < invocations) throw new Error(`Of ${invocations} requests ${allowed} were let in.`);
  return Object.fromEntries(Object.entries(spent).map(([quantity, sum]) => [quantity, sum / invocations]));
}
