import { beforeEach, describe, expect, it } from 'vitest';
import { getMe } from '../../../functions/users/me.ts';
import { whoami } from '../../../functions/whoami/whoami.ts';
import { currentUser } from '../../../shared/request/current-user.ts';
import { applySnapshot } from '../../../shared/sync/apply-snapshot.ts';
import type { Parts } from '../../support/functions/parts.ts';
import { createParts, directoryUser, NOW, record } from '../../support/functions/parts.ts';

let parts: Parts;
beforeEach(() => {
  parts = createParts();
});

const requestOf = (id: string) => ({ requestContext: { authorizer: { lambda: { user: { id, synced: true } } } } });

async function me(id: string) {
  const answer = await getMe(requestOf(id), parts);
  return { status: answer.statusCode, body: JSON.parse(answer.body ?? '{}') as Record<string, unknown> };
}

describe('GET /users/me', () => {
  it('answers the stored user without asking Clerk', async () => {
    const read = { source: 'read', ...directoryUser('user_one'), seenAt: NOW, lifts: 'none' } as const;
    await applySnapshot(parts, read, { path: 'webhook', budgetMs: 1_000 });
    expect(await me('user_one')).toMatchObject({
      status: 200,
      body: { email: 'user_one@example.com', emailVerified: true },
    });
    expect(parts.asked).toEqual([]);
  });

  it('fetches from Clerk and creates a user whom the mirror does not have', async () => {
    parts.clerkUsers.set('user_one', directoryUser('user_one'));
    expect((await me('user_one')).status).toBe(200);
    expect(parts.memory.users().map(({ changedBy }) => changedBy)).toEqual(['on-demand']);
  });

  it('says who acts for her, stored or fetched', async () => {
    parts.clerkUsers.set('user_one', directoryUser('user_one'));
    const user = { id: 'user_one', synced: true, actor: { sub: 'user_support' } };
    for (const _ of ['fetched', 'stored']) {
      const answer = await getMe({ requestContext: { authorizer: { lambda: { user } } } }, parts);
      expect(JSON.parse(answer.body ?? '')).toMatchObject({ id: 'user_one', actor: { sub: 'user_support' } });
    }
  });

  it('answers 404 only when Clerk has none either, and 503 when Clerk cannot say', async () => {
    expect(await me('user_one')).toMatchObject({ status: 404, body: { error: { code: 'user_not_found' } } });
    parts.down.clerk = true;
    expect(await me('user_one')).toMatchObject({ status: 503, body: { error: { code: 'unavailable' } } });
  });

  it('refuses a user who was banned since she was let in, stored or fetched', async () => {
    const banned = directoryUser('user_one', { record: record(null, { banned: true }) });
    parts.clerkUsers.set('user_one', banned);
    expect(await me('user_one')).toMatchObject({ status: 403, body: { error: { code: 'user_banned' } } });
    expect(await me('user_one')).toMatchObject({ status: 403, body: { error: { code: 'user_banned' } } });
  });

  it('refuses a user who was deleted since she was let in', async () => {
    await applySnapshot(parts, { source: 'deletion', id: 'user_one', at: NOW }, { path: 'webhook', budgetMs: 1_000 });
    expect(await me('user_one')).toMatchObject({ status: 403, body: { error: { code: 'user_deleted' } } });
  });
});

describe('currentUser', () => {
  it('is what GET /whoami answers', () => {
    expect(whoami(requestOf('user_one'))).toEqual({ id: 'user_one', synced: true });
  });

  it.each([
    ['no authorizer', { requestContext: {} }],
    ['another authorizer', { requestContext: { authorizer: { lambda: { sub: 'x' } } } }],
  ])('on a route with %s says which setting is missing', (_case, event) => {
    expect(() => currentUser(event)).toThrow('put the route behind the ClerkUserSync authorizer');
  });
});
