import { beforeEach, describe, expect, it } from 'vitest';
import { authorize } from '../../../functions/authorizer/authorize.ts';
import type { AuthorizerDependencies } from '../../../functions/authorizer/dependencies.ts';
import { StoreUnavailable, UnstorableUser } from '../../../shared/ports/user-store.ts';
import { applySnapshot } from '../../../shared/sync/apply-snapshot.ts';
import {
  authorizerOf,
  CLAIMS as claims,
  ID,
  refusing,
  storeFromClerk,
  verified,
} from '../../support/functions/authorizer.ts';
import type { Parts } from '../../support/functions/parts.ts';
import { createParts, directoryUser, NOW, record } from '../../support/functions/parts.ts';

let parts: Parts;
beforeEach(() => {
  parts = createParts();
});

const deps = (over: Partial<AuthorizerDependencies> = {}) => authorizerOf(parts, over);

describe('An unchanged user', () => {
  it('costs one read: no write, no log line, no metric, no call to Clerk', async () => {
    await storeFromClerk(parts);
    const before = { lines: parts.log.lines.length, recorded: parts.metrics.recorded().length, ...parts.calls };
    const answer = await authorize('token', deps({ verifier: verified({ claims, asOf: NOW - 60_500 }) }));
    expect(answer).toMatchObject({ verdict: 'allow', user: { id: ID, synced: true }, sessionId: 'sess_1' });
    expect(parts.calls).toEqual({ get: before.get + 1, write: before.write });
    expect(parts.log.lines.length).toBe(before.lines);
    expect(parts.metrics.recorded().length).toBe(before.recorded);
    expect(parts.asked).toEqual([]);
  });
});

describe('A missing user', () => {
  it('is created from claims that suffice', async () => {
    const answer = await authorize('token', deps({ verifier: verified({ claims, asOf: NOW }) }));
    expect(answer).toMatchObject({ verdict: 'allow', user: { email: claims.email, emailVerified: false } });
    expect(parts.asked).toEqual([]);
    expect(parts.metrics.sum('SyncCreated', { Path: 'authorizer' })).toBe(1);
  });

  it('is fetched from Clerk when the token has no email', async () => {
    parts.clerkUsers.set(ID, directoryUser(ID));
    const answer = await authorize('token', deps());
    expect(answer).toMatchObject({ verdict: 'allow', user: { email: claims.email, emailVerified: true } });
    expect(parts.metrics.sum('AutoSync')).toBe(1);
  });

  it('is refused when Clerk says there is no such user, and not stored', async () => {
    const sameContainer = deps();
    expect(await authorize('token', sameContainer)).toEqual({ verdict: 'forbidden' });
    expect(await authorize('token', sameContainer)).toEqual({ verdict: 'forbidden' });
    expect(parts.asked).toEqual([ID]);
    expect(parts.memory.users()).toEqual([]);
    expect(parts.metrics.sum('AuthDenied', { Reason: 'no-such-user' })).toBe(2);
    // Clerk may not have heard of a new user everywhere yet: an absence is believed for five seconds only.
    parts.clerkUsers.set(ID, directoryUser(ID));
    await parts.time.advance(5_000);
    expect((await authorize('token', sameContainer)).verdict).toBe('allow');
  });

  it('is created from what the token has when Clerk cannot be reached', async () => {
    parts.down.clerk = true;
    const answer = await authorize('token', deps({ verifier: verified({ claims: { firstName: 'First' } }) }));
    expect(answer).toMatchObject({ verdict: 'allow', user: { email: null, firstName: 'First', synced: true } });
  });

  it('needs no email where the configuration allows none', async () => {
    const answer = await authorize('token', deps({ requireEmail: false }));
    expect(answer.verdict).toBe('allow');
    expect(parts.asked).toEqual([]);
  });
});

describe('A token without order that differs', () => {
  it('asks Clerk at most once a minute, and never overwrites by itself', async () => {
    await storeFromClerk(parts);
    const stale = deps({ verifier: verified({ claims: { ...claims, firstName: 'Claimed' } }) });
    for (const _ of [1, 2, 3]) {
      expect(await authorize('token', stale)).toMatchObject({ user: { firstName: 'First' } });
    }
    expect(parts.asked).toEqual([ID]);
    await parts.time.advance(60_000);
    await authorize('token', stale);
    expect(parts.asked).toEqual([ID, ID]);
  });

  it('never brings back what Clerk said before a later webhook: a tie is settled by a read, but not by an old one', async () => {
    await storeFromClerk(parts);
    const sameContainer = deps({ verifier: verified({ claims: { firstName: 'Claimed' } }) });
    expect(await authorize('token', sameContainer)).toMatchObject({ user: { firstName: 'First' } });
    // Of the same version: Clerk does not date every change.
    const later = directoryUser(ID, { profile: { ...claims, firstName: 'Later' } });
    const read = { source: 'read', ...later, seenAt: NOW + 3_000, lifts: 'none' } as const;
    await parts.time.advance(3_000);
    await applySnapshot(parts, read, { path: 'webhook', budgetMs: 1_000 });
    await parts.time.advance(10_000);
    expect(await authorize('token', sameContainer)).toMatchObject({ user: { firstName: 'Later' } });
    expect(await parts.memory.get(ID)).toMatchObject({ profile: { content: { firstName: 'Later' } } });
    expect(parts.asked).toEqual([ID]);
  });

  it('leaves the stored user when Clerk cannot be reached', async () => {
    await storeFromClerk(parts);
    parts.down.clerk = true;
    const answer = await authorize('token', deps({ verifier: verified({ claims: { firstName: 'Claimed' } }) }));
    expect(answer).toMatchObject({ verdict: 'allow', user: { firstName: 'First', synced: true } });
  });
});

describe('Who may not come in', () => {
  it.each([
    ['banned', { banned: true }],
    ['deprovisioned', { deprovisioned: true }],
  ])('a %s user is refused with a valid token', async (reason, flags) => {
    await storeFromClerk(parts, directoryUser(ID, { record: record(claims.email, flags) }));
    expect(await authorize('token', deps({ verifier: verified({ claims, asOf: NOW }) }))).toEqual({
      verdict: 'forbidden',
    });
    expect(parts.metrics.sum('AuthDenied', { Reason: reason })).toBe(1);
  });

  it('a deleted user is refused, however new the token', async () => {
    await applySnapshot(parts, { source: 'deletion', id: ID, at: NOW }, { path: 'webhook', budgetMs: 1_000 });
    expect(await authorize('token', deps({ verifier: verified({ claims, asOf: NOW }) }))).toEqual({
      verdict: 'forbidden',
    });
    expect(parts.metrics.sum('AuthDenied', { Reason: 'deleted' })).toBe(1);
  });

  it('a refused token is counted by its reason and told nothing', async () => {
    const verifier = refusing('expired');
    expect(await authorize('token', deps({ verifier }))).toEqual({ verdict: 'unauthorized' });
    expect(await authorize(undefined, deps({ verifier }))).toEqual({ verdict: 'unauthorized' });
    expect(parts.metrics.sum('AuthDenied', { Reason: 'expired' })).toBe(1);
    expect(parts.metrics.sum('AuthDenied', { Reason: 'missing' })).toBe(1);
    expect(parts.calls.get).toBe(0);
  });
});

describe('What Clerk has just said counts, also when it cannot be written', () => {
  const isBanned = directoryUser(ID, { record: record(claims.email, { banned: true }) });
  const unwritable = (failure: Error) => ({ ...parts.store, write: () => Promise.reject(failure) });

  it.each([
    ['the table does not take it', new StoreUnavailable('down')],
    ['the table can never keep it', new UnstorableUser('too deep')],
  ])('a missing user whom Clerk calls banned is refused when %s', async (_case, error) => {
    parts.clerkUsers.set(ID, isBanned);
    const sameContainer = deps({ store: unwritable(error) });
    expect(await authorize('token', sameContainer)).toEqual({ verdict: 'forbidden' });
    expect(await authorize('token', sameContainer)).toEqual({ verdict: 'forbidden' });
    expect(parts.asked).toEqual([ID]);
    expect(parts.metrics.sum('AuthDenied', { Reason: 'banned' })).toBe(2);
  });

  it('a stored user is refused when the answer to a question calls her banned', async () => {
    await storeFromClerk(parts);
    parts.clerkUsers.set(ID, { ...isBanned, asOf: NOW });
    const differing = verified({ claims: { firstName: 'Claimed' } });
    const answer = await authorize(
      'token',
      deps({ verifier: differing, store: unwritable(new StoreUnavailable('down')) }),
    );
    expect(answer).toEqual({ verdict: 'forbidden' });
  });

  it('a stored user is refused, and left to her deletion, when Clerk says that she is gone', async () => {
    await storeFromClerk(parts);
    parts.clerkUsers.clear();
    const differing = deps({ verifier: verified({ claims: { firstName: 'Claimed' } }) });
    expect(await authorize('token', differing)).toEqual({ verdict: 'forbidden' });
    expect(await authorize('token', differing)).toEqual({ verdict: 'forbidden' });
    expect(parts.asked).toEqual([ID]);
    expect((await parts.memory.get(ID))?.tombstone).toBeUndefined();
  });

  it('a user whom the table can never keep comes in as Clerk says, not synced', async () => {
    parts.clerkUsers.set(ID, directoryUser(ID));
    const answer = await authorize(
      'token',
      deps({ store: unwritable(new UnstorableUser('too deep')), onStoreFailure: 'deny' }),
    );
    expect(answer).toMatchObject({ verdict: 'allow', user: { email: claims.email, synced: false } });
  });
});

describe('When the table falters', () => {
  it('a deleted user is refused all the same, by a second read', async () => {
    await applySnapshot(parts, { source: 'deletion', id: ID, at: NOW }, { path: 'webhook', budgetMs: 1_000 });
    let failures = 1;
    const store = {
      ...parts.store,
      get: (id: string) => {
        failures -= 1;
        return failures >= 0 ? Promise.reject(new StoreUnavailable('throttled')) : parts.memory.get(id);
      },
    };
    const answer = await authorize('token', deps({ verifier: verified({ claims, asOf: NOW }), store }));
    expect(answer).toEqual({ verdict: 'forbidden' });
  });
});

describe('When the table cannot be reached', () => {
  it('the token alone decides where the deployment allows that', async () => {
    parts.down.store = true;
    const answer = await authorize('token', deps({ verifier: verified({ claims, asOf: NOW }) }));
    expect(answer).toMatchObject({ verdict: 'allow', user: { email: claims.email, synced: false } });
    expect(parts.metrics.sum('SyncFailed', { Path: 'authorizer' })).toBe(1);
  });

  it('the whole request waits for the table no longer than its budget, reading and writing together', async () => {
    await storeFromClerk(parts);
    const startedAt = parts.clock.now();
    const store = {
      ...parts.store,
      get: async (id: string) => {
        await parts.time.advance(700);
        return parts.memory.get(id);
      },
      write: () => Promise.reject(new StoreUnavailable('slow')),
    };
    const answer = await authorize(
      'token',
      deps({ verifier: verified({ claims: { ...claims, firstName: 'New' }, asOf: NOW }), store }),
    );
    expect(answer).toMatchObject({ verdict: 'allow', user: { firstName: 'New', synced: false } });
    expect(parts.clock.now() - startedAt).toBeLessThanOrEqual(800);
  });

  it('nobody comes in where it does not, and nobody is told that she may not', async () => {
    parts.down.store = true;
    const answer = await authorize('token', deps({ verifier: verified({ claims }), onStoreFailure: 'deny' }));
    expect(answer).toEqual({ verdict: 'unavailable' });
    expect(parts.metrics.sum('AuthDenied', { Reason: 'store-unavailable' })).toBe(1);
  });

  it('but an error that is not about reaching it is not swallowed', async () => {
    const store = { ...parts.store, get: () => Promise.reject(new Error('access denied')) };
    await expect(authorize('token', deps({ verifier: verified({ claims }), store }))).rejects.toThrow('access denied');
  });
});
