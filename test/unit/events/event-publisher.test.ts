import type { PutEventsCommandInput } from '@aws-sdk/client-eventbridge';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createEventBridgeClient } from '../../../shared/adapters/eventbridge/client.ts';
import { createEventPublisher } from '../../../shared/adapters/eventbridge/event-publisher.ts';
import { createSimulatedTime } from '../../../shared/adapters/memory/simulated-time.ts';
import type { ChangeEvent } from '../../../shared/domain/change-event.ts';
import type { TestServer } from '../clerk/support/http-server.ts';
import { startServer } from '../clerk/support/http-server.ts';

const BUS = 'arn:aws:events:us-east-1:111122223333:event-bus/users';

/** What the bus says of one call: a code for each entry that it refuses, or how the whole call ends. */
type Answer = () => Readonly<Record<string, string>> | 'throttled' | 'denied' | 'silent' | 'cut';
const takesAll: Answer = () => ({});

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of closers.splice(0)) await close();
});

/** The adapter with the real client, before a bus that answers as it is told, call by call. */
async function before(...answers: readonly Answer[]) {
  const calls: string[][] = [];
  const inputs: PutEventsCommandInput[] = [];
  const left = [...answers];
  const server: TestServer = await startServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const input = JSON.parse(Buffer.concat(pieces).toString()) as PutEventsCommandInput;
      const ids = (input.Entries ?? []).map(({ Detail }) => (JSON.parse(Detail ?? '{}') as { userId: string }).userId);
      calls.push(ids);
      inputs.push(input);
      const answer = (left.shift() ?? takesAll)();
      const send = (status: number, body: object): unknown =>
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
      if (answer === 'cut') return response.destroy();
      if (answer === 'throttled') return send(400, { __type: 'ThrottlingException', message: 'Rate exceeded' });
      if (answer === 'denied') return send(400, { __type: 'AccessDeniedException', message: 'Not for you' });
      if (answer === 'silent') return send(200, {});
      const Entries = ids.map((id) => (answer[id] === undefined ? { EventId: `e-${id}` } : { ErrorCode: answer[id] }));
      return send(200, { FailedEntryCount: Object.keys(answer).length, Entries });
    });
  });
  const client = new EventBridgeClient({
    endpoint: server.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'example', secretAccessKey: 'example' },
    maxAttempts: 2,
  });
  closers.push(
    () => client.destroy(),
    () => server.close(),
  );
  const time = createSimulatedTime(0);
  const pauses: number[] = [];
  const timers = {
    ...time.timers,
    sleep: (ms: number) => {
      pauses.push(ms);
      return Promise.resolve();
    },
  };
  const random = { next: () => 0.5, id: () => 'id' };
  const publisher = createEventPublisher({ client, timers, random, eventBus: BUS, stackName: 'Sync-test' });
  return { publisher, calls, inputs, pauses, server };
}

function events(count: number): ChangeEvent[] {
  return Array.from({ length: count }, (_, n) => changeOf(`user_${n + 1}`));
}

function changeOf(userId: string): ChangeEvent {
  return {
    type: 'UserUpdated',
    eventId: `${userId}#2#5`,
    userId,
    revision: 2,
    occurredAt: Date.UTC(2026, 0, 2),
    path: 'webhook',
    changedFields: ['banned', 'email'],
  };
}

describe('events by PutEvents', () => {
  it('name the bus, the source and the kind, and say who, what and when in their detail', async () => {
    const { publisher, inputs, server } = await before();
    expect(await publisher.publish(events(1))).toEqual({ status: 'published' });
    expect(inputs[0]?.Entries).toEqual([
      {
        EventBusName: BUS,
        Source: 'clerk-dynamodb-sync',
        DetailType: 'UserUpdated',
        Time: Date.UTC(2026, 0, 2) / 1000,
        Detail: expect.any(String) as string,
      },
    ]);
    expect(JSON.parse(inputs[0]?.Entries?.[0]?.Detail ?? '')).toEqual({
      schemaVersion: 1,
      eventId: 'user_1#2#5',
      userId: 'user_1',
      revision: 2,
      changedFields: ['banned', 'email'],
      path: 'webhook',
      occurredAt: '2026-01-02T00:00:00.000Z',
      stack: 'Sync-test',
    });
    expect(server.requests[0]?.headers['x-amz-target']).toBe('AWSEvents.PutEvents');
  });

  it('go ten at a time, in order', async () => {
    const { publisher, calls } = await before();
    expect(await publisher.publish(events(23))).toEqual({ status: 'published' });
    expect(calls.map((ids) => ids.length)).toEqual([10, 10, 3]);
    expect(calls.flat()).toEqual(events(23).map(({ userId }) => userId));
  });

  it('make no call when there are none', async () => {
    const { publisher, calls } = await before();
    expect(await publisher.publish([])).toEqual({ status: 'published' });
    expect(calls).toEqual([]);
  });

  it('of an answer that refuses some are sent again alone, after a pause that grows', async () => {
    const { publisher, calls, pauses } = await before(
      () => ({ user_2: 'ThrottlingException', user_3: 'InternalFailure' }),
      () => ({ user_3: 'ThrottlingException' }),
    );
    expect(await publisher.publish(events(4))).toEqual({ status: 'published' });
    expect(calls).toEqual([['user_1', 'user_2', 'user_3', 'user_4'], ['user_2', 'user_3'], ['user_3']]);
    expect(pauses).toEqual([150, 300]);
  });

  it('are given up for now after the third refusal, with all that come after, of which no further part is tried', async () => {
    const refusing = () => ({ user_12: 'ThrottlingException' });
    const { publisher, calls } = await before(takesAll, refusing, refusing, refusing);
    expect(await publisher.publish(events(25))).toEqual({
      status: 'failed',
      unpublished: events(25).slice(11),
      reason: 'ThrottlingException',
    });
    expect(calls.map((ids) => ids.length)).toEqual([10, 10, 1, 1]);
  });

  it.each([
    ['throttles', () => 'throttled' as const, 'ThrottlingException', 2],
    ['denies access', () => 'denied' as const, 'AccessDeniedException', 1],
    ['cuts the line', () => 'cut' as const, 'TimeoutError', 2],
    ['says nothing of any', () => 'silent' as const, 'NoAnswer', 3],
  ])('of a call that the bus %s are all to come again', async (_what, answer, reason, tried) => {
    const { publisher, calls } = await before(answer, answer, answer, answer);
    const result = await publisher.publish(events(3));
    expect(result).toEqual({ status: 'failed', unpublished: events(3), reason });
    expect(calls).toHaveLength(tried);
  });

  it('are taken where only the first attempt fails', async () => {
    const { publisher, calls } = await before(() => 'throttled');
    expect(await publisher.publish(events(2))).toEqual({ status: 'published' });
    expect(calls).toHaveLength(2);
  });

  it('that were confirmed before the line was cut do not come again', async () => {
    const { publisher } = await before(
      () => ({ user_2: 'InternalFailure' }),
      () => 'cut',
      () => 'cut',
    );
    expect(await publisher.publish(events(2))).toMatchObject({ status: 'failed', unpublished: [changeOf('user_2')] });
  });

  it('wait for a bus that never answers no longer than six seconds and the pauses between three attempts', async () => {
    const server = await startServer(() => undefined);
    closers.push(() => server.close());
    vi.stubEnv('AWS_ENDPOINT_URL_EVENTBRIDGE', server.url);
    vi.stubEnv('AWS_REGION', 'us-east-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'example');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example');
    const client = createEventBridgeClient();
    closers.push(() => client.destroy());
    const { timers } = createSimulatedTime(0);
    const random = { next: () => 0.5, id: () => 'id' };
    const publisher = createEventPublisher({ client, timers, random, eventBus: BUS, stackName: 'Sync-test' });
    const startedAt = performance.now();
    const result = await publisher.publish(events(20));
    expect(result).toEqual({ status: 'failed', unpublished: events(20), reason: 'TimeoutError' });
    expect(performance.now() - startedAt).toBeLessThan(9_000);
    expect(server.requests).toHaveLength(3);
  });
});
