import * as fc from 'fast-check';
import type { HealthDependencies } from '../../../functions/health/health.ts';
import { healthRoutes } from '../../../functions/health/health.ts';
import type { HttpAnswer, HttpEvent } from '../../../functions/http/event.ts';
import { routed } from '../../../functions/http/router.ts';
import { createMemoryLog } from '../../../shared/adapters/memory/log.ts';
import { createSimulatedTime } from '../../../shared/adapters/memory/simulated-time.ts';
import type { SyncMeasures } from '../../../shared/ports/sync-measures.ts';
import { MeasuresUnavailable } from '../../../shared/ports/sync-measures.ts';
import { NOW } from '../functions/parts.ts';
import { hostileText } from './hostile.ts';
import { judgeAnswer } from './told.ts';

const some = fc.option(fc.dictionary(hostileText, hostileText, { maxKeys: 4 }), { nil: undefined });

/** One question to health, and what may come along with it. */
export const healthRequest = fc.record({
  routeKey: fc.constantFrom('GET /health', 'GET /health/user-sync'),
  query: fc.oneof(
    some,
    fc.constantFrom({ since: '9999999999999' }, { minutes: '1e999' }, { force: 'true', user: '1,2' }),
  ),
  headers: some,
  body: fc.option(hostileText, { nil: undefined }),
  isBase64Encoded: fc.boolean(),
  // Most come at once, some when what was remembered is old.
  pauseMs: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(100_000) }),
});

/** What anybody may send, and what CloudWatch does meanwhile. */
export const healthRequests = fc.record({
  meanwhile: fc.constantFrom('calm', 'failing', 'refusing', 'silent'),
  requests: fc.array(healthRequest, { minLength: 1, maxLength: 8 }),
});

export interface HealthRequest {
  readonly routeKey: string;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  readonly isBase64Encoded: boolean;
  readonly pauseMs: number;
}

type Meanwhile = 'calm' | 'failing' | 'refusing' | 'silent';

/** The function, as its handler wires it: it is given nothing with which it could write. */
type Serve = (deps: HealthDependencies) => (event: HttpEvent) => Promise<HttpAnswer>;

const served: Serve = (deps) => routed(healthRoutes(deps));

/**
 * Whatever comes along with a question to health changes nothing of the answer, is in no log, and has CloudWatch asked no more often
 * than once for as long as an answer is kept; and nobody waits longer than CloudWatch is waited for.
 */
export async function healthHolds(
  { meanwhile, requests }: { readonly meanwhile: Meanwhile; readonly requests: readonly HealthRequest[] },
  serve: Serve = served,
): Promise<string> {
  const { answers, asked, log } = await ask(meanwhile, requests, serve);
  for (const answer of answers) judgeAnswer(onPurpose(answer, meanwhile), log);
  const bare = requests.map(({ routeKey, pauseMs }) => ({ routeKey, pauseMs, isBase64Encoded: false }));
  const plain = await ask(meanwhile, bare, served);
  if (JSON.stringify(answers) !== JSON.stringify(plain.answers))
    throw new Error('What came along has changed the answer.');
  const elapsedMs = requests.reduce((sum, { pauseMs }) => sum + pauseMs, 0);
  const most = 1 + Math.floor(elapsedMs / KEPT_MS[meanwhile]);
  for (const what of new Set(asked)) {
    const times = asked.filter((each) => each === what).length;
    if (times > most) throw new Error(`CloudWatch was asked for ${what} ${times} times, and not ${most}.`);
  }
  return `${answers[0]?.statusCode} ${statusOf(answers[0])}`;
}

/** So long an answer is kept, ms: one that nobody could give is asked for again sooner. */
const KEPT_MS: Readonly<Record<Meanwhile, number>> = {
  calm: 60_000,
  failing: 60_000,
  refusing: 10_000,
  silent: 10_000,
};

/** CloudWatch is waited for so long, ms. */
const ANSWER_WITHIN_MS = 4_000;

async function ask(meanwhile: Meanwhile, requests: readonly HealthRequest[], serve: Serve) {
  const time = createSimulatedTime(NOW);
  const log = createMemoryLog();
  const asked: string[] = [];
  const handler = serve({ ...time, log, measures: measuresThat(meanwhile, asked) });
  const answers: HttpAnswer[] = [];
  for (const [at, each] of requests.entries()) {
    await time.advance(each.pauseMs);
    const keep = (answer: HttpAnswer): void => void (answers[at] = answer);
    // What is thrown is answered so by the middleware.
    void handler(eventOf(each)).then(keep, (error: unknown) => keep({ statusCode: 500, body: String(error) }));
  }
  await time.advance(ANSWER_WITHIN_MS);
  const waiting = requests.length - Object.keys(answers).length;
  if (waiting > 0) throw new Error(`${waiting} of ${requests.length} were not answered within ${ANSWER_WITHIN_MS} ms.`);
  return { answers, asked, log };
}

function eventOf({
  routeKey,
  query: queryStringParameters,
  headers = {},
  body,
  isBase64Encoded,
}: HealthRequest): HttpEvent {
  return { routeKey, headers, body, isBase64Encoded, queryStringParameters, requestContext: {} };
}

function measuresThat(meanwhile: Meanwhile, asked: string[]): SyncMeasures {
  const told = async <T>(what: string, value: T): Promise<T> => {
    asked.push(what);
    if (meanwhile === 'refusing')
      throw new MeasuresUnavailable('CloudWatch did not answer GetMetricData (Throttling).');
    return meanwhile === 'silent' ? new Promise<never>(() => undefined) : value;
  };
  const failed = meanwhile === 'failing' ? 500 : 0;
  return {
    syncs: (minutes) => told(`syncs of ${minutes} minutes`, { invocations: 1_000, refused: 0, failed }),
    users: (days) => told(`users of ${days} days`, { clerkUsers: 7, storedUsers: 7, asOf: NOW }),
  };
}

/** While syncs fail, health says so with 503, which is no failure of its own. */
function onPurpose(answer: HttpAnswer, meanwhile: Meanwhile): HttpAnswer {
  const isTold = meanwhile === 'failing' && answer.statusCode === 503 && statusOf(answer) === 'error';
  return isTold ? { ...answer, statusCode: 200 } : answer;
}

function statusOf({ body = '{}' }: HttpAnswer = {}): string {
  const said: unknown = JSON.parse(body);
  return typeof said === 'object' && said !== null && 'status' in said ? String(said.status) : 'none';
}
