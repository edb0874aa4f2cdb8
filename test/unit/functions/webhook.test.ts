import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { beforeEach, describe, expect, it } from 'vitest';
import type { WebhookDependencies } from '../../../functions/webhook/dependencies.ts';
import { receiveWebhook } from '../../../functions/webhook/receive.ts';
import { parseWebhookEvent } from '../../../shared/adapters/clerk/webhook-event.ts';
import { createMemoryInstanceStore } from '../../../shared/adapters/memory/instance-store.ts';
import { createMemoryQuarantine } from '../../../shared/adapters/memory/quarantine.ts';
import { UnstorableUser } from '../../../shared/ports/user-store.ts';
import { applySnapshot } from '../../../shared/sync/apply-snapshot.ts';
import { signedWebhook } from '../../support/e2e/signed-webhook.ts';
import type { SignedWebhook } from '../../support/e2e/signed-webhook.ts';
import type { Parts } from '../../support/functions/parts.ts';
import { createParts, directoryUser, NOW } from '../../support/functions/parts.ts';

const secret = (fill: number) => `whsec_${Buffer.alloc(32, fill).toString('base64')}`;
const OURS = secret(1);
const ROTATED = secret(2);
let parts: Parts;
let deps: WebhookDependencies;
let secrets: string[];
let rereads: number;
beforeEach(() => {
  parts = createParts();
  secrets = [OURS];
  rereads = 0;
  deps = {
    ...parts,
    parse: parseWebhookEvent,
    quarantine: createMemoryQuarantine(parts),
    instance: createMemoryInstanceStore(),
    secrets: {
      current: () => Promise.resolve([OURS]),
      reread: () => {
        rereads += 1;
        return Promise.resolve(secrets);
      },
    },
  };
});

function httpEvent({ body, headers }: SignedWebhook, base64 = false): APIGatewayProxyEventV2 {
  const encoded = base64 ? Buffer.from(body).toString('base64') : body;
  return { headers, body: encoded, isBase64Encoded: base64 } as unknown as APIGatewayProxyEventV2;
}

async function receive(
  message: SignedWebhook,
  base64 = false,
): Promise<{ status: number | undefined; outcome?: string }> {
  const answer = await receiveWebhook(httpEvent(message, base64), deps);
  const body = JSON.parse(answer.body ?? '{}') as { outcome?: string };
  return { status: answer.statusCode, ...(body.outcome === undefined ? {} : { outcome: body.outcome }) };
}

const user = { object: 'user', id: 'user_one', created_at: NOW - 1_111, updated_at: NOW - 1_111, first_name: 'Zoë' };
const created = { object: 'event', type: 'user.created', data: user, timestamp: NOW - 1_000 };

describe('A webhook', () => {
  it('handed on in base64 is verified over the bytes that were signed', async () => {
    expect(await receive(signedWebhook(OURS, created), true)).toEqual({ status: 200, outcome: 'created' });
  });

  it('is found by its headers in any case', async () => {
    const { body, headers } = signedWebhook(OURS, created);
    const shouted = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
    expect((await receive({ body, headers: shouted })).status).toBe(200);
  });

  it('signed with a secret that has just been rotated in is accepted after one re-read', async () => {
    secrets = [OURS, ROTATED];
    expect((await receive(signedWebhook(ROTATED, created))).status).toBe(200);
    expect(rereads).toBe(1);
    expect(parts.metrics.sum('WebhookSecretMatched', { Secret: '2' })).toBe(1);
  });

  it.each([
    ['svix-id', 'msg.with.dots'],
    ['svix-id', 'msg_1\nforged'],
    ['svix-id', 'x'.repeat(129)],
    ['svix-timestamp', `${Math.floor(Date.now() / 1000)}abc`],
    ['svix-timestamp', `+${Math.floor(Date.now() / 1000)}`],
  ])('whose %s is not as Svix writes it (%j) is refused, though it may be signed', async (name, value) => {
    const id = name === 'svix-id' ? value : 'msg_1';
    const { body, headers } = signedWebhook(OURS, created, { id });
    expect((await receive({ body, headers: { ...headers, [name]: value } })).status).toBe(400);
  });

  it('that the table can never keep goes into quarantine, with its reason', async () => {
    deps = { ...deps, store: { ...parts.store, write: () => Promise.reject(new UnstorableUser('too deep')) } };
    expect(await receive(signedWebhook(OURS, created, { id: 'msg_deep' }))).toEqual({
      status: 200,
      outcome: 'quarantined',
    });
    expect(await deps.quarantine.get('msg_deep')).toMatchObject({ reason: 'unstorable' });
  });

  it('that does not say it is JSON is verified all the same', async () => {
    const { body, headers } = signedWebhook(OURS, created);
    const { 'content-type': _type, ...unsaid } = headers;
    expect((await receive({ body, headers: unsaid })).status).toBe(200);
  });

  it('with bytes that are not UTF-8 is refused, not mended', async () => {
    const { headers } = signedWebhook(OURS, created);
    const event = { headers, body: Buffer.from([0x7b, 0xff, 0x7d]).toString('base64'), isBase64Encoded: true };
    const answer = await receiveWebhook(event as unknown as APIGatewayProxyEventV2, deps);
    expect(answer.statusCode).toBe(400);
  });

  it('with a list of ten thousand signatures is refused before any is compared', async () => {
    const { body, headers } = signedWebhook(OURS, created);
    const list = Array.from({ length: 10_000 }, () => 'v1,AAAA').join(' ');
    expect(
      (await receive({ body, headers: { ...headers, 'svix-signature': `${list} ${headers['svix-signature']}` } }))
        .status,
    ).toBe(400);
  });

  it('among signatures of other versions finds its own', async () => {
    const { body, headers } = signedWebhook(OURS, created);
    const list = `v1a,AAAA v9,BBBB ${headers['svix-signature']}`;
    expect((await receive({ body, headers: { ...headers, 'svix-signature': list } })).status).toBe(200);
  });

  it('from another instance than the table belongs to goes into quarantine', async () => {
    await createMemoryInstanceStore().claim('ins_ours');
    deps = { ...deps, instance: { get: () => Promise.resolve('ins_ours') } };
    const foreign = signedWebhook(OURS, { ...created, instance_id: 'ins_theirs' }, { id: 'msg_foreign' });
    expect(await receive(foreign)).toEqual({ status: 200, outcome: 'quarantined' });
    expect(parts.memory.users()).toEqual([]);
    expect(await deps.quarantine.get('msg_foreign')).toMatchObject({ reason: 'another-instance', userId: 'user_one' });
  });
});

describe('A webhook that cannot be applied now', () => {
  it('is answered 503 with Retry-After when the table is down', async () => {
    parts.down.store = true;
    const answer = await receiveWebhook(httpEvent(signedWebhook(OURS, created)), deps);
    expect(answer.statusCode).toBe(503);
    expect(answer.headers).toMatchObject({ 'retry-after': '30' });
    expect(parts.metrics.sum('SyncFailed', { Path: 'webhook' })).toBe(1);
  });

  it('is answered 503 when only Clerk can decide and Clerk is down, and applied when it comes again', async () => {
    const stored = directoryUser('user_one', { asOf: NOW - 1_111 });
    const read = { source: 'read', ...stored, seenAt: NOW - 1_100, lifts: 'none' } as const;
    await applySnapshot(parts, read, { path: 'reconciler', budgetMs: 1_000 });
    parts.down.clerk = true;
    const tie = signedWebhook(OURS, created);
    expect((await receive(tie)).status).toBe(503);
    expect(parts.metrics.sum('SyncFailed', { Path: 'webhook' })).toBe(1);
    expect(parts.log.lines.at(-1)).toMatchObject({ level: 'warn', facts: { reason: 'clerk-unavailable' } });
    parts.down.clerk = false;
    parts.clerkUsers.set('user_one', { ...stored, profile: { ...stored.profile, firstName: 'Asked' } });
    expect(await receive(tie)).toEqual({ status: 200, outcome: 'updated' });
    expect((await parts.memory.get('user_one'))?.profile.content.firstName).toBe('Asked');
  });

  it('is never turned into a deletion by asking', async () => {
    const stored = directoryUser('user_one', { asOf: NOW - 1_111 });
    const read = { source: 'read', ...stored, seenAt: NOW - 1_100, lifts: 'none' } as const;
    await applySnapshot(parts, read, { path: 'reconciler', budgetMs: 1_000 });
    expect(await receive(signedWebhook(OURS, created))).toEqual({ status: 200, outcome: 'stale' });
    expect(parts.metrics.sum('SyncStale', { Path: 'webhook' })).toBe(1);
    expect(parts.log.lines.at(-1)).toMatchObject({ message: 'event changed nothing', facts: { outcome: 'stale' } });
    expect((await parts.memory.get('user_one'))?.tombstone).toBeUndefined();
  });
});

describe('What the log and the answers say', () => {
  it('holds no value of any field', async () => {
    const personal = {
      ...user,
      first_name: 'SecretName',
      email_addresses: [],
      public_metadata: { note: 'SecretNote' },
    };
    await receive(signedWebhook(OURS, { ...created, data: personal }));
    await receive(signedWebhook(OURS, { ...created, data: { ...personal, created_at: 'SecretDate' } }));
    await receive(signedWebhook(ROTATED, { ...created, data: personal }));
    expect(parts.log.lines.length).toBeGreaterThan(0);
    expect(JSON.stringify(parts.log.lines)).not.toContain('Secret');
  });
});
