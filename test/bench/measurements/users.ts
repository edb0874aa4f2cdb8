import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Contestant, Measurement, Sample } from '../measurement.ts';
import { PARTS_OF_A_READ, USERS, USERS_AGAIN } from '../subjects.ts';
import type { Subject } from '../subjects.ts';
import { authorizerEvent } from '../tokens.ts';
import { benchUser } from '../user.ts';
import type { World } from '../world.ts';
import { comparisonRows } from './comparison.ts';

const USER = benchUser('user_bench');
/** Requests of one sample, and before the first: as of the authorizer's. */
const REQUESTS = 30;
const WARM_UP = 1_200;

/**
 * `GET /users/me` in a warm container: one consistent read. `POST /users/sync` is not timed: a container asks Clerk only so often.
 */
export const ownUser: Measurement = {
  name: 'users.me',
  seconds: { start: 6, round: 0.2 },
  rounds: (asked) => 3 * asked,
  async start(world) {
    const contestants: Contestant[] = [];
    for (const subject of [USERS, USERS_AGAIN, PARTS_OF_A_READ]) {
      const sample = await startWithUser(world, subject);
      await sample(WARM_UP);
      contestants.push({ name: subject.name, sample: () => sample(REQUESTS) });
    }
    return contestants;
  },
  rows: (samples) => comparisonRows(samples, [{ subject: PARTS_OF_A_READ }]),
};

async function startWithUser(world: World, subject: Subject): Promise<(requests: number) => Promise<Sample>> {
  await (await world.host.mirrorOf(subject)).put(USER);
  const started = await world.host.start(subject);
  const event = ownUserEvent(USER.id);
  const expectedText = `"email":"${USER.email}"`;
  return async (times) => {
    const { asExpected, job, outcome } = await started.run({ events: [event], times, expectedText });
    if (asExpected < times)
      throw new Error(`Of ${times} requests ${asExpected} were answered with the user: ${JSON.stringify(outcome)}`);
    return { cpu: job.cpu / times, wall: job.wall / times };
  };
}

/** As API Gateway asks for it, with what the authorizer has put on the request. */
export function ownUserEvent(id: string): APIGatewayProxyEventV2 {
  const { requestContext, headers, ...event } = authorizerEvent(undefined);
  const lambda = { user: { id, synced: true }, sessionId: 'sess_bench1' };
  const routeKey = 'GET /users/me';
  const authorized = { ...requestContext, routeKey, authorizer: { lambda } };
  return {
    ...event,
    routeKey,
    rawPath: '/users/me',
    headers: { ...headers },
    requestContext: authorized,
    isBase64Encoded: false,
  };
}
