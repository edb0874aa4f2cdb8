import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { beforeEach, describe, expect, it } from 'vitest';
import type { WebhookDependencies } from '../../../functions/webhook/dependencies.ts';
import { answerErrors } from '../../../functions/middleware/answer-errors.ts';
import { flushMetrics } from '../../../functions/middleware/flush-metrics.ts';
import { SecretsUnavailable } from '../../../shared/adapters/secrets/secret-error.ts';
import { StoreUnavailable } from '../../../shared/ports/user-store.ts';
import { applySnapshot } from '../../../shared/sync/apply-snapshot.ts';
import { directoryUser, NOW } from '../../support/functions/parts.ts';
import type { WebhookWorld } from '../../support/functions/webhook-world.ts';
import { createWebhookWorld, httpEvent, userCreated } from '../../support/functions/webhook-world.ts';

/** What Svix waits for an answer, ms; and the least that we leave for a container that starts and for the network. */
const SVIX_LIMIT_MS = 15_000;
const SPARE_MS = 4_000;

let world: WebhookWorld;
beforeEach(() => {
  world = createWebhookWorld();
});

const event = (over: object = {}, envelope: object = {}): APIGatewayProxyEventV2 =>
  httpEvent(world.signed(userCreated(over, envelope), { id: 'msg_1' }));
const unusable = (): APIGatewayProxyEventV2 => event({ id: 'nobody' });

/** Behind the middleware that the handler has. */
function answer(request: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .use(flushMetrics(world.parts.metrics))
    .use(answerErrors(world.parts.log, 503))
    .handler((received) => world.answer(received));
  return handler(request, {} as Context);
}

const replace = (parts: Partial<WebhookDependencies>): void => {
  world.deps = { ...world.deps, ...parts };
};
const failing = (reason: Error) => () => Promise.reject(reason);
const hanging = () => new Promise<never>(() => {});

/** How each part is put out of order by a call that ends like this. */
const PARTS = {
  secrets: (call: () => Promise<never>) => replace({ secrets: { current: call, reread: call } }),
  'the question whose table it is': (call: () => Promise<never>) => replace({ instance: { get: call } }),
  'the read of the table': (call: () => Promise<never>) => replace({ store: { ...world.deps.store, get: call } }),
  'the write to the table': (call: () => Promise<never>) => replace({ store: { ...world.deps.store, write: call } }),
};
const PART_NAMES = Object.keys(PARTS) as (keyof typeof PARTS)[];

/** What came of it: the answer, whether the event is kept, and what was counted and handed on. */
async function observe(answering: Promise<APIGatewayProxyStructuredResultV2>): Promise<unknown> {
  const { statusCode, headers, body = '' } = await answering;
  const { metrics } = world.parts;
  return {
    statusCode,
    retryAfter: headers?.['retry-after'],
    code: (JSON.parse(body) as { error?: { code: string } }).error?.code,
    isKept: (await world.deps.quarantine.get('msg_1')) !== undefined,
    failures: metrics.sum('SyncFailed', { Path: 'webhook' }),
    isHandedOn: metrics.recorded().every(({ flushed }) => flushed),
  };
}

const AGAIN = {
  statusCode: 503,
  retryAfter: '30',
  code: 'unavailable',
  isKept: false,
  failures: 1,
  isHandedOn: true,
};

describe('An event that cannot be applied now is answered 503 with Retry-After, counted once and kept out of quarantine', () => {
  it('while the table is down, and applied when it comes again', async () => {
    world.parts.down.store = true;
    const request = event();
    expect(await observe(answer(request))).toEqual(AGAIN);
    world.parts.down.store = false;
    expect((await answer(request)).body).toBe('{"outcome":"created"}');
  });

  it.each(PART_NAMES)('when %s cannot be reached', async (part) => {
    const error = part === 'secrets' ? new SecretsUnavailable('away') : new StoreUnavailable('away');
    PARTS[part](failing(error));
    expect(await observe(answer(event({}, { instance_id: 'ins_any' })))).toEqual(AGAIN);
  });

  it.each(PART_NAMES)('when %s fails as nobody foresaw, and says nothing of why', async (part) => {
    PARTS[part](failing(new TypeError('ada@example.com is not a function')));
    const answered = answer(event({}, { instance_id: 'ins_any' }));
    expect(await observe(answered)).toEqual(AGAIN);
    expect(JSON.stringify([await answered, world.parts.log.lines])).not.toContain('ada@example.com');
    expect(world.parts.log.lines.at(-1)).toMatchObject({ level: 'error', facts: { error: 'TypeError' } });
  });

  it('when our own reading of it is broken: a bug must never quarantine everything', async () => {
    const broken = () => {
      throw new TypeError('cannot read');
    };
    replace({ parse: broken });
    expect(await observe(answer(event()))).toEqual(AGAIN);
  });

  it('when it can neither be used nor kept', async () => {
    const { quarantine } = world.deps;
    replace({ quarantine: { ...quarantine, put: failing(new StoreUnavailable('away')) } });
    expect(await observe(answer(unusable()))).toEqual(AGAIN);
  });
});

describe('A call of the table that fails for a moment', () => {
  it.each([
    [
      'when it is asked whose it is',
      (call: () => Promise<never>) => {
        let failed = 0;
        replace({ instance: { get: () => ((failed += 1) > 2 ? Promise.resolve('ins_any') : call()) } });
      },
    ],
    [
      'when it is read',
      (call: () => Promise<never>) => {
        let failed = 0;
        const { store } = world.parts;
        replace({ store: { ...store, get: (id) => ((failed += 1) > 2 ? store.get(id) : call()) } });
      },
    ],
  ])('%s is made again within the time for an answer', async (_when, disturb) => {
    disturb(failing(new StoreUnavailable('throttled')));
    const { statusCode, body } = await answer(event({}, { instance_id: 'ins_any' }));
    expect([statusCode, body]).toEqual([200, '{"outcome":"created"}']);
  });
});

describe('An answer comes before Svix gives up', () => {
  /** @returns ms of simulated time until the answer */
  async function timeToAnswer(answering: Promise<APIGatewayProxyStructuredResultV2>): Promise<number> {
    let end = Number.POSITIVE_INFINITY;
    const ended = (async () => {
      await answering;
      end = world.parts.clock.now();
    })();
    await world.parts.time.advance(SVIX_LIMIT_MS);
    await ended;
    return end - NOW;
  }

  it.each(PART_NAMES)('though %s hangs', async (part) => {
    PARTS[part](hanging);
    const answered = answer(event({}, { instance_id: 'ins_any' }));
    expect(await timeToAnswer(answered)).toBeLessThanOrEqual(SVIX_LIMIT_MS - SPARE_MS);
    expect(await observe(answered)).toEqual(AGAIN);
  });

  it('though table and Clerk both hang, one after the other', async () => {
    const stored = directoryUser('user_one', { asOf: NOW - 1_111 });
    const read = { source: 'read', ...stored, seenAt: NOW - 1_100, lifts: 'none' } as const;
    await applySnapshot(world.parts, read, { path: 'reconciler', budgetMs: 1_000 });
    const late = async () => {
      await world.parts.time.timers.sleep(4_900);
      return undefined;
    };
    replace({ instance: { get: late }, directory: { ...world.parts.directory, getUser: hanging } });
    const answered = answer(event({}, { instance_id: 'ins_any' }));
    expect(await timeToAnswer(answered)).toBeLessThanOrEqual(SVIX_LIMIT_MS - SPARE_MS);
    expect(await observe(answered)).toEqual(AGAIN);
  });

  it('though the quarantine hangs', async () => {
    replace({ quarantine: { ...world.deps.quarantine, put: hanging } });
    const answered = answer(unusable());
    expect(await timeToAnswer(answered)).toBeLessThanOrEqual(SVIX_LIMIT_MS - SPARE_MS);
    expect(await observe(answered)).toEqual(AGAIN);
  });

  it('and leaves no timer behind when it is quick', async () => {
    await answer(event());
    expect(world.parts.time.pending()).toBe(0);
  });
});
