import { atMost } from '../measurement.ts';
import type { Contestant, Measurement, Sample } from '../measurement.ts';
import type { SubjectProcess } from '../process/subject-process.ts';
import type { Job } from '../process/messages.ts';
import { AWS_JWT_VERIFY, FLOOR, NAIVE, NAIVE_WITHOUT_METRICS, OURS, OURS_AGAIN, PEERS, TYPICAL } from '../subjects.ts';
import { authorizerEvent } from '../tokens.ts';
import { benchUser } from '../user.ts';
import type { World } from '../world.ts';
import { comparisonRows } from './comparison.ts';
import type { Comparison } from './comparison.ts';

const USER = benchUser('user_bench');
const SUBJECTS = [OURS, OURS_AGAIN, ...PEERS, FLOOR];
/** Requests of one sample: as few as the clocks allow, so that what disturbs one contestant of a round disturbs all. */
const REQUESTS = 30;
/** Requests before the first sample: after about a thousand the compiler has settled. */
const WARM_UP = 1_200;

/** A session's later requests in its minute: the token has been seen, nothing has changed. */
export const repeatedToken: Measurement = warmRequest({
  name: 'authorizer.repeated',
  job: (world, requests) => ({ events: [authorizerEvent(world.issuer.token(USER))], times: requests }),
  comparisons: [
    { subject: NAIVE, target: atMost(0.4) },
    { subject: NAIVE_WITHOUT_METRICS },
    { subject: TYPICAL },
    { subject: AWS_JWT_VERIFY },
    { subject: FLOOR, target: atMost(1.8) },
  ],
});

/** A session's first request in its minute: the token is new to the container, nothing has changed. */
export const firstSight: Measurement = warmRequest({
  name: 'authorizer.first',
  job: (world, requests) => {
    const events = Array.from({ length: requests }, () => authorizerEvent(world.issuer.token(USER)));
    return { events, times: 1 };
  },
  comparisons: [
    { subject: NAIVE, target: atMost(0.55) },
    { subject: NAIVE_WITHOUT_METRICS },
    { subject: TYPICAL },
    { subject: AWS_JWT_VERIFY },
    { subject: FLOOR },
  ],
});

interface WarmRequest {
  readonly name: string;
  readonly job: (world: World, requests: number) => Job;
  readonly comparisons: readonly Comparison[];
}

function warmRequest({ name, job, comparisons }: WarmRequest): Measurement {
  return {
    name,
    seconds: { start: 12, round: 0.3 },
    rounds: (asked) => 3 * asked,
    async start(world) {
      const contestants: Contestant[] = [];
      for (const subject of SUBJECTS) {
        await (await world.host.mirrorOf(subject)).put(USER);
        const started = await world.host.start(subject);
        await measured(started, job(world, WARM_UP));
        contestants.push({ name: subject.name, sample: () => measured(started, job(world, REQUESTS)) });
      }
      return contestants;
    },
    rows: (samples) => comparisonRows(samples, comparisons),
  };
}

/**
 * Per request, ms.
 * @throws when a request was refused: something else than what is compared would have been measured
 */
async function measured(subject: SubjectProcess, job: Job): Promise<Sample> {
  const { allowed, invocations, job: usage, outcome } = await subject.run(job);
  if (allowed < invocations)
    throw new Error(`Of ${invocations} requests ${allowed} were let in: ${JSON.stringify(outcome)}`);
  return { cpu: usage.cpu / invocations, wall: usage.wall / invocations };
}
