import { beforeEach, describe, expect, it } from 'vitest';
import { authorize } from '../../../functions/authorizer/authorize.ts';
import type { AuthorizerDependencies } from '../../../functions/authorizer/dependencies.ts';
import { getMe } from '../../../functions/users/me.ts';
import { applySnapshot } from '../../../shared/sync/apply-snapshot.ts';
import { authorizerOf, CLAIMS, ID, refusing, storeFromClerk, verified } from '../../support/functions/authorizer.ts';
import type { Parts } from '../../support/functions/parts.ts';
import { createParts, directoryUser, NOW, record } from '../../support/functions/parts.ts';

let parts: Parts;
beforeEach(() => {
  parts = createParts();
});

const variants = ['syncing', 'verify-only', 'optional'] as const;
type Variant = AuthorizerDependencies['variant'];

const deps = (variant: Variant, over: Partial<AuthorizerDependencies> = {}) =>
  authorizerOf(parts, { variant, verifier: verified({ claims: CLAIMS, asOf: NOW }), ...over });

describe.each(variants)('Every variant of the authorizer, and so %s,', (variant) => {
  it('puts the stored user on the request', async () => {
    await storeFromClerk(parts);
    expect(await authorize('token', deps(variant))).toMatchObject({
      verdict: 'allow',
      user: { id: ID, emailVerified: true, synced: true },
    });
  });

  it.each([
    ['banned', { banned: true }],
    ['deprovisioned', { deprovisioned: true }],
  ])('refuses a %s user, however valid her token', async (reason, flags) => {
    await storeFromClerk(parts, directoryUser(ID, { record: record(CLAIMS.email, flags) }));
    expect(await authorize('token', deps(variant))).toEqual({ verdict: 'forbidden' });
    expect(parts.metrics.sum('AuthDenied', { Reason: reason })).toBe(1);
  });

  it('refuses a deleted user, and lets a locked one in', async () => {
    await storeFromClerk(parts, directoryUser(ID, { locked: true }));
    expect(await authorize('token', deps(variant))).toMatchObject({ verdict: 'allow', user: { locked: true } });
    await applySnapshot(parts, { source: 'deletion', id: ID, at: NOW }, { path: 'webhook', budgetMs: 1_000 });
    expect(await authorize('token', deps(variant))).toEqual({ verdict: 'forbidden' });
  });

  it('shows who acts for the user', async () => {
    await storeFromClerk(parts);
    const actor = { sub: 'user_support' };
    const verifier = verified({ claims: CLAIMS, asOf: NOW }, { actor });
    expect(await authorize('token', deps(variant, { verifier }))).toMatchObject({ user: { id: ID, actor } });
    const own = await authorize('token', deps(variant));
    expect(own).not.toHaveProperty('user.actor');
  });

  it('goes by onStoreFailure when the table cannot be reached', async () => {
    parts.down.store = true;
    expect(await authorize('token', deps(variant))).toMatchObject({ verdict: 'allow', user: { synced: false } });
    expect(await authorize('token', deps(variant, { onStoreFailure: 'deny' }))).toEqual({ verdict: 'unavailable' });
  });
});

describe('The verify-only variant', () => {
  it('writes nothing, asks nobody and counts nothing, whatever the token says', async () => {
    await storeFromClerk(parts);
    const before = { writes: parts.calls.write, recorded: parts.metrics.recorded().length };
    const newer = verified({ claims: { ...CLAIMS, firstName: 'Newer' }, asOf: NOW });
    const unordered = verified({ claims: { firstName: 'Other' } });
    for (const verifier of [newer, unordered]) {
      const answer = await authorize('token', deps('verify-only', { verifier }));
      expect(answer).toMatchObject({ verdict: 'allow', user: { firstName: 'First', synced: true } });
    }
    expect(parts.calls.write).toBe(before.writes);
    expect(parts.metrics.recorded()).toHaveLength(before.recorded);
    expect(parts.asked).toEqual([]);
  });

  it('lets in whom the mirror does not have yet, by her claims, and says that they are not synced', async () => {
    const answer = await authorize('token', deps('verify-only'));
    expect(answer).toMatchObject({ verdict: 'allow', user: { id: ID, email: CLAIMS.email, synced: false } });
    const bare = await authorize('token', deps('verify-only', { verifier: verified({}), onStoreFailure: 'deny' }));
    expect(bare).toMatchObject({ verdict: 'allow', user: { id: ID, email: null, synced: false } });
    expect(parts.memory.users()).toEqual([]);
    expect(parts.asked).toEqual([]);
  });

  it('answers 401 without a token and with a bad one', async () => {
    expect(await authorize(undefined, deps('verify-only'))).toEqual({ verdict: 'unauthorized' });
    const bad = deps('verify-only', { verifier: refusing('signature') });
    expect(await authorize('token', bad)).toEqual({ verdict: 'unauthorized' });
  });

  it('leaves the syncing to the function behind it: GET /users/me fetches from Clerk and creates', async () => {
    parts.clerkUsers.set(ID, directoryUser(ID));
    const authorization = await authorize('token', deps('verify-only', { verifier: verified({}) }));
    const context = authorization.verdict === 'allow' ? { user: authorization.user } : {};
    const answer = await getMe({ requestContext: { authorizer: { lambda: context } } }, parts);
    expect(answer.statusCode).toBe(200);
    expect(JSON.parse(answer.body ?? '')).toMatchObject({ id: ID, emailVerified: true, synced: true });
    expect(parts.memory.users()).toHaveLength(1);
  });
});

describe('The optional variant', () => {
  it('lets in as nobody whoever has no token, and counts no refusal', async () => {
    expect(await authorize(undefined, deps('optional'))).toEqual({ verdict: 'anonymous' });
    expect(parts.metrics.recorded()).toEqual([]);
    expect(parts.calls.get).toBe(0);
  });

  it.each(['expired', 'signature', 'malformed'] as const)(
    'takes a token that is refused (%s) for none, and counts it: it gains nothing by being sent',
    async (reason) => {
      expect(await authorize('token', deps('optional', { verifier: refusing(reason) }))).toEqual({
        verdict: 'anonymous',
      });
      expect(parts.metrics.sum('AuthDenied', { Reason: reason })).toBe(1);
      expect(parts.calls.get).toBe(0);
    },
  );

  it('syncs who is signed in', async () => {
    const answer = await authorize('token', deps('optional'));
    expect(answer).toMatchObject({ verdict: 'allow', user: { id: ID, synced: true } });
    expect(parts.memory.users()).toHaveLength(1);
  });
});
