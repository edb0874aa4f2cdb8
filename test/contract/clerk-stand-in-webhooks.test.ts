import { describe, expect, it } from 'vitest';
import { createLocalClock } from '../../infra/local/clock.ts';
import { startStandIn } from '../support/clerk/stand-in.ts';
import type { StandInUnderTest } from '../support/clerk/stand-in.ts';
import { startWebhookReceiver, until, verifySignature } from '../support/clerk/webhook-receiver.ts';
import type { WebhookReceiver } from '../support/clerk/webhook-receiver.ts';

const HOUR = 60 * 60 * 1000;

interface Listed {
  readonly id: string;
  readonly type: string;
  readonly userId: string;
  readonly url: string;
  readonly state: string;
  readonly attempts: { readonly at: number; readonly status: number }[];
  readonly nextAttemptAt?: number;
}

interface Bench extends StandInUnderTest {
  readonly receiver: WebhookReceiver;
}

async function start(options: Parameters<typeof startStandIn>[0] = {}): Promise<Bench> {
  const standIn = await startStandIn(options);
  const receiver = await startWebhookReceiver();
  standIn.clerk.setWebhookEndpoints([receiver.url]);
  return {
    ...standIn,
    receiver,
    async [Symbol.asyncDispose]() {
      await standIn[Symbol.asyncDispose]();
      await receiver[Symbol.asyncDispose]();
    },
  };
}

async function deliveries(standIn: StandInUnderTest): Promise<Listed[]> {
  return (await standIn.control('GET', '/deliveries')).body as Listed[];
}

async function untilState(standIn: StandInUnderTest, state: string, attempts = 0): Promise<Listed> {
  let newest: Listed | undefined;
  await until(async () => {
    [newest] = await deliveries(standIn);
    return newest?.state === state && newest.attempts.length >= attempts;
  }, `a delivery that is ${state} after ${attempts} attempts`);
  if (newest === undefined) throw new Error('There is no delivery.');
  return newest;
}

describe('webhooks', () => {
  it('tell of a creation, a change and a deletion, in order, signed, in the envelope of the specification', async () => {
    await using bench = await start();
    const { client, clerk, receiver, clock } = bench;
    const before = clock.now();
    const { id } = await client.users.createUser({ emailAddress: ['new@example.com'], privateMetadata: { kept: 1 } });
    await client.users.updateUser(id, { firstName: 'Changed' });
    await client.users.deleteUser(id);
    await receiver.untilReceived(3);
    const events = receiver.received.map(({ event }) => event);
    expect(events.map(({ type }) => type)).toEqual(['user.created', 'user.updated', 'user.deleted']);
    expect(events[0]).toMatchObject({ object: 'event', instance_id: clerk.instanceId });
    expect(events[0]?.event_attributes).toMatchObject({ http_request: { client_ip: '127.0.0.1' } });
    expect(events[0]?.timestamp).toBeGreaterThanOrEqual(Math.floor(before));
    expect(events[0]?.data).toMatchObject({ id, object: 'user', first_name: null, private_metadata: null });
    expect(events[1]?.data).toMatchObject({ id, first_name: 'Changed' });
    expect(events[2]?.data).toEqual({ id, object: 'user', deleted: true });
    for (const webhook of receiver.received) verifySignature(webhook, clerk.webhookSecrets[0] ?? '');
    expect(new Set(receiver.received.map((webhook) => webhook.id)).size).toBe(3);
  });

  it('carry the same user as the Backend API answers', async () => {
    await using bench = await start();
    const { id } = await bench.client.users.createUser({ emailAddress: ['same@example.com'], username: 'same' });
    await bench.receiver.untilReceived(1);
    const { body } = await bench.api('GET', `/users/${id}`);
    expect(bench.receiver.received[0]?.event.data).toEqual({ ...(body as object), private_metadata: null });
  });

  it('tell of bans and locks as updates, and nothing of a change that alters nothing', async () => {
    await using bench = await start();
    const { users } = bench.client;
    const { id } = await users.createUser({ firstName: 'A' });
    await users.unbanUser(id);
    await users.updateUser(id, { firstName: 'A' });
    await users.banUser(id);
    await users.lockUser(id);
    await bench.receiver.untilReceived(3);
    const events = bench.receiver.received.map(({ event }) => event);
    expect(events.map(({ type }) => type)).toEqual(['user.created', 'user.updated', 'user.updated']);
    expect(events.map(({ data }) => [data['banned'], data['locked']])).toEqual([
      [false, false],
      [true, false],
      [true, true],
    ]);
  });

  it('keep the order of one user while many are under way', async () => {
    await using bench = await start();
    bench.receiver.answerWith(({ event }) => ({ status: 200, afterMs: event.type === 'user.created' ? 30 : 1 }));
    const users = await Promise.all(
      ['A', 'B', 'C', 'D'].map((firstName) => bench.client.users.createUser({ firstName })),
    );
    await Promise.all(users.map(({ id }) => bench.client.users.updateUser(id, { firstName: 'Z' })));
    await bench.receiver.untilReceived(8);
    for (const { id } of users) {
      const types = bench.receiver.received
        .filter(({ event }) => event.data['id'] === id)
        .map(({ event }) => event.type);
      expect(types).toEqual(['user.created', 'user.updated']);
    }
  });

  it('go to every endpoint under one id, each signed with its own secret', async () => {
    await using bench = await start();
    await using second = await startWebhookReceiver();
    bench.clerk.setWebhookEndpoints([bench.receiver.url, second.url]);
    expect(bench.clerk.webhookSecrets).toHaveLength(2);
    await bench.client.users.createUser({ firstName: 'A' });
    await Promise.all([bench.receiver.untilReceived(1), second.untilReceived(1)]);
    const [ours, theirs] = [bench.receiver.received[0], second.received[0]];
    expect(ours?.id).toBe(theirs?.id);
    verifySignature(ours!, bench.clerk.webhookSecrets[0] ?? '');
    verifySignature(theirs!, bench.clerk.webhookSecrets[1] ?? '');
    expect(() => verifySignature(theirs!, bench.clerk.webhookSecrets[0] ?? '')).toThrow(/signature/i);
  });

  it('are not sent anywhere without an endpoint', async () => {
    await using standIn = await startStandIn();
    await standIn.client.users.createUser({ firstName: 'A' });
    expect(await deliveries(standIn)).toEqual([]);
  });
});

describe('retries', () => {
  it("follow Svix's schedule on the local clock, under one id, with a fresh signature each", async () => {
    await using bench = await start();
    const { receiver, clock } = bench;
    receiver.answerWith({ status: 503 });
    await bench.client.users.createUser({ firstName: 'A' });
    const waits = [5_000, 5 * 60_000, 30 * 60_000, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR];
    for (const [index, wait] of waits.entries()) {
      const delivery = await untilState(bench, 'waiting', index + 1);
      const last = delivery.attempts.at(-1)?.at ?? 0;
      // A fraction of a second between the attempt and its answer belongs to neither.
      expect(Math.abs((delivery.nextAttemptAt ?? 0) - last - wait)).toBeLessThan(1500);
      clock.advance(wait);
    }
    const failed = await untilState(bench, 'failed', 8);
    expect(failed.attempts.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 503));
    expect(new Set(receiver.received.map(({ id }) => id))).toEqual(new Set([failed.id]));
    const lastSent = Number(receiver.received.at(-1)?.headers['svix-timestamp']);
    expect(Math.abs(lastSent - Date.now() / 1000)).toBeLessThan(30);
  });

  it('come a thousand times faster when asked to, and stop at the first success', async () => {
    await using bench = await start({ retryTimeScale: 0.001 });
    let attempts = 0;
    bench.receiver.answerWith(() => ({ status: (attempts += 1) < 3 ? 500 : 204 }));
    await bench.client.users.createUser({ firstName: 'A' });
    const delivery = await untilState(bench, 'delivered');
    expect(delivery.attempts.map(({ status }) => status)).toEqual([500, 500, 204]);
    expect(delivery).not.toHaveProperty('nextAttemptAt');
  });

  it('count a redirect as a failure and do not follow it', async () => {
    await using bench = await start();
    await using elsewhere = await startWebhookReceiver();
    bench.receiver.answerWith({ status: 307, headers: { location: elsewhere.url } });
    await bench.client.users.createUser({ firstName: 'A' });
    const delivery = await untilState(bench, 'waiting', 1);
    expect(delivery.attempts[0]?.status).toBe(307);
    expect(elsewhere.received).toEqual([]);
  });

  it('stop when the endpoint says that it wants no more of this message', async () => {
    await using bench = await start();
    bench.receiver.answerWith({ status: 400, headers: { 'webhook-delivery': 'abort-message' } });
    await bench.client.users.createUser({ firstName: 'A' });
    expect((await untilState(bench, 'failed')).attempts).toHaveLength(1);
  });

  it('take an endpoint that cannot be reached for a failure', async () => {
    await using standIn = await startStandIn();
    const receiver = await startWebhookReceiver();
    await receiver[Symbol.asyncDispose]();
    standIn.clerk.setWebhookEndpoints([receiver.url]);
    await standIn.client.users.createUser({ firstName: 'A' });
    expect((await untilState(standIn, 'waiting', 1)).attempts[0]?.status).toBe(0);
  });

  it('end when an endpoint has failed for five days, until it is set again', async () => {
    await using bench = await start();
    const { client, clock, receiver, clerk } = bench;
    receiver.answerWith({ status: 500 });
    await client.users.createUser({ firstName: 'A' });
    await untilState(bench, 'waiting', 1);
    clock.advance(5 * 24 * HOUR);
    await untilState(bench, 'failed', 2);
    const disabled = await bench.control('GET', '/webhooks/endpoints');
    expect(disabled.body).toEqual([{ url: receiver.url, disabled: true }]);
    receiver.answerWith({ status: 200 });
    await client.users.createUser({ firstName: 'B' });
    expect(await deliveries(bench)).toHaveLength(1);
    clerk.setWebhookEndpoints([receiver.url]);
    await client.users.createUser({ firstName: 'C' });
    expect((await untilState(bench, 'delivered')).type).toBe('user.created');
  });
});

describe('faults of webhooks', () => {
  it('drop: the message is lost for ever', async () => {
    await using bench = await start();
    await bench.control('PUT', '/faults', { webhooks: { drop: 1 } });
    const { id } = await bench.client.users.createUser({ firstName: 'A' });
    await bench.control('PUT', '/faults', {});
    await bench.client.users.updateUser(id, { firstName: 'B' });
    await bench.receiver.untilReceived(1);
    expect((await bench.control('POST', '/webhooks/flush')).body).toEqual({ delivered: 0, failed: 0 });
    bench.clock.advance(100 * HOUR);
    expect(bench.receiver.received.map(({ event }) => event.type)).toEqual(['user.updated']);
    const states = (await deliveries(bench)).map(({ state, attempts }) => [state, attempts.length]);
    expect(states).toEqual([
      ['delivered', 1],
      ['dropped', 0],
    ]);
  });

  it('duplicate: an attempt arrives twice under one id', async () => {
    await using bench = await start();
    await bench.control('PUT', '/faults', { webhooks: { duplicate: 1 } });
    await bench.client.users.createUser({ firstName: 'A' });
    await bench.receiver.untilReceived(2);
    expect(bench.receiver.received[0]?.id).toBe(bench.receiver.received[1]?.id);
    expect((await untilState(bench, 'delivered')).attempts).toHaveLength(2);
  });

  it('reorder: later messages overtake earlier ones', async () => {
    await using bench = await start();
    await bench.control('PUT', '/faults', { webhooks: { reorder: 1 } });
    const { id } = await bench.client.users.createUser({ firstName: '0' });
    for (const firstName of ['1', '2', '3', '4', '5', '6']) await bench.client.users.updateUser(id, { firstName });
    await bench.control('POST', '/webhooks/flush');
    const arrived = bench.receiver.received.map(({ event }) => String(event.data['first_name']));
    expect(arrived.toSorted()).toEqual(['0', '1', '2', '3', '4', '5', '6']);
    expect(arrived).not.toEqual(arrived.toSorted());
  });

  it('delay: messages wait on the local clock, or for a flush', async () => {
    await using bench = await start();
    await bench.control('PUT', '/faults', { webhooks: { delayMs: HOUR } });
    await bench.client.users.createUser({ firstName: 'A' });
    const [waiting] = await deliveries(bench);
    expect(waiting).toMatchObject({ state: 'waiting', attempts: [] });
    expect(waiting?.nextAttemptAt).toBeGreaterThan(bench.clock.now() + HOUR - 5000);
    expect(bench.receiver.received).toEqual([]);
    expect((await bench.control('PUT', '/clock', { advanceMs: HOUR })).status).toBe(200);
    await bench.receiver.untilReceived(1);
    await bench.client.users.createUser({ firstName: 'B' });
    expect((await bench.control('POST', '/webhooks/flush')).body).toEqual({ delivered: 1, failed: 0 });
    expect(bench.receiver.received).toHaveLength(2);
  });

  it('strike in the same places when the seed is the same', async () => {
    const runs: string[][] = [];
    for (const seed of [3, 3, 4]) {
      await using bench = await start({ seed });
      await bench.control('PUT', '/faults', { webhooks: { drop: 0.5 } });
      for (let count = 0; count < 20; count += 1) await bench.client.users.createUser({ firstName: 'A' });
      await bench.control('POST', '/webhooks/flush');
      runs.push((await deliveries(bench)).map(({ state }) => state));
    }
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).not.toEqual(runs[0]);
    expect(new Set(runs[0])).toEqual(new Set(['dropped', 'delivered']));
  });
});

describe('control of deliveries', () => {
  it('flush: attempts what waits once and says what became of it', async () => {
    await using bench = await start();
    bench.receiver.answerWith({ status: 500 });
    await bench.client.users.createUser({ firstName: 'A' });
    await untilState(bench, 'waiting', 1);
    expect((await bench.control('POST', '/webhooks/flush')).body).toEqual({ delivered: 0, failed: 1 });
    bench.receiver.answerWith({ status: 200 });
    expect((await bench.control('POST', '/webhooks/flush')).body).toEqual({ delivered: 1, failed: 0 });
    const [delivery] = await deliveries(bench);
    expect(delivery?.attempts.map(({ status }) => status)).toEqual([500, 500, 200]);
  });

  it('resend: delivers the very same old event again', async () => {
    await using bench = await start();
    const { id } = await bench.client.users.createUser({ firstName: 'Old' });
    await bench.client.users.updateUser(id, { firstName: 'New' });
    await bench.receiver.untilReceived(2);
    const old = (await deliveries(bench)).find(({ type }) => type === 'user.created');
    const outcome = await bench.control('POST', `/deliveries/${old?.id}/resend`);
    expect(outcome.body).toEqual({ delivered: 1, failed: 0 });
    expect(bench.receiver.received).toHaveLength(3);
    expect(bench.receiver.received[2]).toMatchObject({ id: old?.id, raw: bench.receiver.received[0]?.raw });
    verifySignature(bench.receiver.received[2]!, bench.clerk.webhookSecrets[0] ?? '');
    expect((await deliveries(bench)).map(({ attempts }) => attempts.length)).toEqual([1, 2]);
  });

  it('resend: a failure changes nothing, an unknown message is 404', async () => {
    await using bench = await start();
    await bench.client.users.createUser({ firstName: 'A' });
    const { id } = await untilState(bench, 'delivered');
    bench.receiver.answerWith({ status: 500 });
    expect((await bench.control('POST', `/deliveries/${id}/resend`)).body).toEqual({ delivered: 0, failed: 1 });
    expect((await untilState(bench, 'delivered', 2)).attempts.map(({ status }) => status)).toEqual([200, 500]);
    expect((await bench.control('POST', '/deliveries/msg_none/resend')).status).toBe(404);
  });

  it('lists at most 1,000 deliveries, the newest first', async () => {
    await using bench = await start();
    const users = Array.from({ length: 1010 }, (_, index) => ({ id: `user_${index}` }));
    await bench.control('POST', '/users/import', { users, webhooks: true });
    await bench.control('POST', '/webhooks/flush');
    await bench.client.users.createUser({ firstName: 'Last' });
    await bench.receiver.untilReceived(1011);
    const listed = await deliveries(bench);
    expect(listed).toHaveLength(1000);
    expect(listed[1]?.userId).toBe('user_1009');
  });

  it('takes endpoints over HTTP and refuses what is no URL', async () => {
    await using standIn = await startStandIn({ clock: createLocalClock() });
    await using receiver = await startWebhookReceiver();
    const set = await standIn.control('PUT', '/webhooks/endpoints', { urls: [receiver.url] });
    expect(set.body).toEqual([{ url: receiver.url, disabled: false }]);
    await standIn.client.users.createUser({ firstName: 'A' });
    await receiver.untilReceived(1);
    expect((await standIn.control('PUT', '/webhooks/endpoints', { urls: ['nowhere'] })).status).toBe(400);
  });
});
