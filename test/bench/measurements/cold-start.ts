import { atMost, exactly } from '../measurement.ts';
import type { Measurement, Sample } from '../measurement.ts';
import {
  AWS_JWT_VERIFY,
  FLOOR,
  NAIVE,
  NAIVE_WITHOUT_METRICS,
  OURS,
  OURS_AGAIN,
  OURS_WITHOUT_SECRET,
  PEERS,
  TYPICAL,
} from '../subjects.ts';
import type { Subject } from '../subjects.ts';
import { authorizerEvent } from '../tokens.ts';
import { benchUser } from '../user.ts';
import type { World } from '../world.ts';
import { comparisonRows } from './comparison.ts';

const USER = benchUser('user_bench');

/** From a fresh process to its first answer, with the real bundle; Node's own start is in it. */
export const coldStart: Measurement = {
  name: 'cold',
  seconds: { start: 2, round: 1.3 },
  rounds: (asked) => asked,
  async start(world) {
    const subjects = [OURS, OURS_AGAIN, OURS_WITHOUT_SECRET, ...PEERS, FLOOR];
    for (const subject of subjects) {
      await (await world.host.mirrorOf(subject)).put(USER);
      // Bundles are built, and their files are in the machine's cache, before anything is measured.
      await startOnce(world, subject);
    }
    return subjects.map((subject) => ({ name: subject.name, sample: () => startOnce(world, subject) }));
  },
  rows: (samples) => [
    ...comparisonRows(samples, [
      { subject: TYPICAL, target: atMost(0.75) },
      { subject: NAIVE, target: atMost(0.6) },
      { subject: NAIVE_WITHOUT_METRICS },
      { subject: AWS_JWT_VERIFY },
      { subject: OURS_WITHOUT_SECRET },
      { subject: FLOOR },
    ]),
    { suffix: '.undici', unit: 'modules', values: samples.of(OURS.name, 'undici'), target: exactly(0) },
  ],
};

async function startOnce(world: World, subject: Subject): Promise<Sample> {
  const started = await world.host.start(subject);
  const { allowed, hasUndici, outcome, sinceStart } = await started.run({
    events: [authorizerEvent(world.issuer.token(USER))],
    times: 1,
  });
  await started.close();
  if (allowed === 1) return { ...sinceStart, undici: Number(hasUndici) };
  throw new Error(`The first request was not let in: ${JSON.stringify(outcome)}`);
}
