/** What the stand-in for Clerk sends, read by what will read it: tokens, and events signed by the real `svix`. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClerkStandIn } from '../../../infra/local/clerk/index.ts';
import { startClerkStandIn } from '../../../infra/local/clerk/index.ts';
import { createLocalClock } from '../../../infra/local/clock.ts';
import { createTokenVerifier } from '../../../shared/adapters/clerk/token-verifier.ts';
import { parseWebhookEvent } from '../../../shared/adapters/clerk/webhook-event.ts';
import { createUserDirectory } from '../../../shared/adapters/clerk/user-directory.ts';
import { systemTimers } from '../../../shared/adapters/system/timers.ts';

let clerk: ClerkStandIn;
beforeAll(async () => {
  clerk = await startClerkStandIn({ clock: createLocalClock(), seed: 1 });
});
afterAll(() => clerk.close());

async function send<T>(method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(clerk.url + path, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${clerk.secretKey}` },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

const signUp = (email: string) =>
  send<{ id: string }>('POST', '/v1/users', {
    email_address: [email],
    first_name: 'Ada',
    public_metadata: { plan: 'pro' },
  });

function verifier() {
  const keys = () => Promise.resolve([clerk.jwtPublicKey]);
  return createTokenVerifier({
    keys: { current: keys, reread: keys },
    issuer: clerk.issuer,
    authorizedParties: [clerk.authorizedParty],
    missingAzp: 'deny',
    clock: { now: () => Date.now() },
  });
}

describe('a token of the stand-in', () => {
  it('is verified, and says of the user what the API says', async () => {
    const { id } = await signUp('token@example.com');
    const { token } = await send<{ token: string }>('POST', '/__local/tokens', { userId: id });
    const directory = createUserDirectory({
      secretKey: () => clerk.secretKey,
      apiUrl: clerk.url,
      timers: systemTimers,
      timeoutMs: 5_000,
    });
    const user = await directory.getUser(id);
    expect(await verifier().verify(token)).toMatchObject({
      ok: true,
      token: { userId: id, snapshot: { id, claims: user?.profile, asOf: user?.asOf } },
    });
  });

  it('is refused when it was signed with a key that nobody published', async () => {
    const { id } = await signUp('forged@example.com');
    const { token } = await send<{ token: string }>('POST', '/__local/tokens', { userId: id, key: 'unknown' });
    expect(await verifier().verify(token)).toEqual({ ok: false, reason: 'signature' });
  });
});

describe('events of the stand-in', () => {
  it('are read: a sign-up as the API has the user, then the end', async () => {
    const bodies: string[] = [];
    const receiver = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        bodies.push(Buffer.concat(pieces).toString());
        response.writeHead(200).end();
      });
    }).listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const address = receiver.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    try {
      clerk.setWebhookEndpoints([`http://127.0.0.1:${port}/webhooks/clerk`]);
      const { id } = await signUp('event@example.com');
      await send('DELETE', `/v1/users/${id}`);
      await send('POST', '/__local/webhooks/flush');
      const events = bodies.map((body) => parseWebhookEvent(body, 0)).filter((event) => event.kind !== 'ignored');
      expect(events).toMatchObject([
        {
          kind: 'user',
          type: 'user.created',
          instanceId: clerk.instanceId,
          snapshot: { id, profile: { email: 'event@example.com' }, record: { publicMetadata: { plan: 'pro' } } },
        },
        { kind: 'deletion', type: 'user.deleted', instanceId: clerk.instanceId, snapshot: { id } },
      ]);
    } finally {
      clerk.setWebhookEndpoints([]);
      receiver.closeAllConnections();
      receiver.close();
    }
  });
});
