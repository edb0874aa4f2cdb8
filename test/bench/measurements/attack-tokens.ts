import { attackTokens } from '../../support/clerk/attack-tokens.ts';
import { costlyTokens } from '../../support/clerk/costly-tokens.ts';
import { ratio } from '../measurement.ts';
import type { Contestant, Measurement, RowDefinition, Samples } from '../measurement.ts';
import type { Job } from '../process/messages.ts';
import type { SubjectProcess } from '../process/subject-process.ts';
import { summarise } from '../statistics.ts';
import { OUR_VERIFIER, OURS } from '../subjects.ts';
import { authorizerEvent } from '../tokens.ts';
import { benchUser } from '../user.ts';
import type { World } from '../world.ts';

const USER = benchUser('user_bench');
const HONEST = 'a valid token, first seen';
const REQUESTS = 20;
/** Samples before the first that counts: of the honest token, whose way is the longest, and of each attack. */
const WARM_UP = { honest: 60, attack: 8 };

/** What it costs to refuse a token, for the costliest that we know, beside what an honest one costs when it is first seen. */
export const attackTokensRefused: Measurement = {
  name: 'attack',
  seconds: { start: 8, round: 0.7 },
  rounds: (asked) => asked,
  async start(world) {
    await (await world.host.mirrorOf(OURS)).put(USER);
    const ours = { verification: await world.host.start(OUR_VERIFIER), request: await world.host.start(OURS) };
    const contestants = contestantsOf(world, ours);
    for (const { name, sample } of contestants) {
      const samples = name === HONEST ? WARM_UP.honest : WARM_UP.attack;
      for (let taken = 0; taken < samples; taken += 1) await sample();
    }
    return contestants;
  },
  rows: (samples) => [
    slowest(samples, 'verification', '.slowest.token/first'),
    slowest(samples, 'request', '.slowest.request/first'),
  ],
};

function contestantsOf(world: World, ours: Record<'verification' | 'request', SubjectProcess>): readonly Contestant[] {
  const contestant = (name: string, job: () => Job, allowed: number): Contestant => ({
    name,
    sample: async () => {
      const verification = await cpuOf(ours.verification, job(), allowed, name);
      return { verification, request: await cpuOf(ours.request, job(), allowed, name) };
    },
  });
  const { issuer } = world;
  const honest = (): Job => {
    const events = Array.from({ length: REQUESTS }, () => authorizerEvent(issuer.token(USER)));
    return { events, times: 1 };
  };
  const all = [
    ...attackTokens({ keys: issuer.jwt, issuer: issuer.issuer, party: issuer.authorizedParty, kid: 'ins_key1' }),
    ...costlyTokens(issuer.foreignJwt),
  ];
  const attacks = all.map(({ name, token }) =>
    contestant(name, () => ({ events: [authorizerEvent(token)], times: REQUESTS }), 0),
  );
  return [contestant(HONEST, honest, REQUESTS), ...attacks];
}

/** CPU time for one token, ms. */
async function cpuOf(subject: SubjectProcess, job: Job, expected: number, name: string): Promise<number> {
  const { allowed, invocations, job: usage } = await subject.run(job);
  if (allowed === expected) return usage.cpu / invocations;
  throw new Error(`Of ${invocations} times "${name}", ${allowed} were let in, not ${expected}.`);
}

/** The attack with the highest median: the highest of each round would mostly be whoever was disturbed. */
function slowest(samples: Samples, quantity: 'verification' | 'request', suffix: string): RowDefinition {
  const medianOf = (name: string): number => summarise(samples.of(name, quantity)).median;
  const attacks = samples.contestants.filter((name) => name !== HONEST);
  const worst = attacks.reduce((left, right) => (medianOf(right) > medianOf(left) ? right : left));
  const values = ratio(samples.of(worst, quantity), samples.of(HONEST, quantity));
  const detail = `${worst}: ${medianOf(worst).toPrecision(2)} ms, honest ${medianOf(HONEST).toPrecision(2)} ms`;
  return { suffix, unit: '×', values, detail };
}
