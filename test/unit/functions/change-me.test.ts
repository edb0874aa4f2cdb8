import { beforeEach, describe, expect, it } from 'vitest';
import type { HttpAnswer, HttpEvent } from '../../../functions/http/event.ts';
import { patchMe } from '../../../functions/users/patch-me.ts';
import { syncMe } from '../../../functions/users/sync.ts';
import type { UsersDependencies } from '../../../functions/users/dependencies.ts';
import type { AppReading, AppStore } from '../../../shared/ports/app-store.ts';
import { StoreUnavailable } from '../../../shared/ports/user-store.ts';
import type { ReadSnapshot } from '../../../shared/domain/snapshot.ts';
import { applySnapshot } from '../../../shared/sync/apply-snapshot.ts';
import type { Parts } from '../../support/functions/parts.ts';
import { createParts, directoryUser, NOW, record } from '../../support/functions/parts.ts';

const ID = 'user_one';

let parts: Parts;
beforeEach(() => {
  parts = createParts();
});

function eventOf(body: unknown, actor?: { sub: string }): HttpEvent {
  return {
    routeKey: '',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    isBase64Encoded: false,
    requestContext: { authorizer: { lambda: { user: { id: ID, synced: true, ...(actor && { actor }) } } } },
  };
}

const show = ({ statusCode, headers, body }: HttpAnswer) => ({
  status: statusCode,
  retryAfter: headers?.['retry-after'],
  body: JSON.parse(body ?? '{}') as Record<string, unknown>,
});
const patch = async (app: object, deps: Partial<UsersDependencies> = {}) =>
  show(await patchMe(eventOf({ app }), { ...parts, ...deps }));
const sync = async () => show(await syncMe(eventOf({}), parts));

const apply = (over: Partial<ReadSnapshot> = {}) =>
  applySnapshot(
    parts,
    { source: 'read', ...directoryUser(ID), seenAt: NOW, lifts: 'none', ...over },
    { path: 'webhook', budgetMs: 1_000 },
  );
const remove = () =>
  applySnapshot(parts, { source: 'deletion', id: ID, at: NOW }, { path: 'webhook', budgetMs: 1_000 });

/** The store of the attributes, where something else happens between a read and its write, each time or the first time only. */
function interrupted(happen: (time: number) => Promise<unknown>): AppStore {
  let times = 0;
  const wrap = (reading: AppReading | undefined): AppReading | undefined =>
    reading && {
      ...reading,
      async write(change, options) {
        times += 1;
        await happen(times);
        const result = await reading.write(change, options);
        return result.status === 'lost' ? { ...result, current: wrap(result.current) } : result;
      },
    };
  return { read: async (userId, options) => wrap(await parts.apps.read(userId, options)) };
}

describe('PATCH /users/me', () => {
  it('changes the attributes and nothing else, not even the revision', async () => {
    await apply();
    const [before] = parts.memory.users();
    expect(await patch({ bio: 'x' })).toMatchObject({ status: 200, body: { id: ID, app: { bio: 'x' }, synced: true } });
    expect(parts.memory.users()).toEqual([{ ...before, app: { bio: 'x' } }]);
  });

  it.each([
    ['sets', 'now'],
    ['removes', null],
  ])('%s no attribute whose name begins with _: those are the application’s alone', async (_verb, _welcomedAt) => {
    await apply();
    parts.memory.writeApp(ID, { _welcomedAt: 'then' });
    expect(await patch({ bio: 'x', _welcomedAt })).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_body' } },
    });
    expect(await patch({ bio: 'x' })).toMatchObject({ status: 200, body: { app: { bio: 'x', _welcomedAt: 'then' } } });
  });

  it('asks nobody about a user whom the mirror has', async () => {
    await apply();
    await patch({ bio: 'x' });
    expect(parts.asked).toEqual([]);
  });

  it('loses no write of the synchronisation that comes in between, and is not lost to one', async () => {
    await apply();
    const apps = interrupted(async (time) => {
      if (time > 3) return;
      await apply({ asOf: NOW + time, profile: { ...directoryUser(ID).profile, firstName: `Name${time}` } });
    });
    expect(await patch({ bio: 'x' }, { apps })).toMatchObject({
      status: 200,
      body: { firstName: 'Name3', app: { bio: 'x' } },
    });
  });

  it('changes nothing of a user who is deleted, or banned, while it looks', async () => {
    await apply();
    expect(await patch({ bio: 'x' }, { apps: interrupted(remove) })).toMatchObject({
      status: 403,
      body: { error: { code: 'user_deleted' } },
    });
    parts = createParts();
    await apply();
    const ban = () => apply({ asOf: NOW + 1, record: record(null, { banned: true }) });
    expect(await patch({ bio: 'x' }, { apps: interrupted(ban) })).toMatchObject({
      status: 403,
      body: { error: { code: 'user_banned' } },
    });
    expect(parts.memory.users()).toMatchObject([{ app: {} }]);
  });

  it('keeps within 16 KB what others make of the attributes while it looks', async () => {
    await apply();
    const apps = interrupted(async () => parts.memory.writeApp(ID, { other: 'x'.repeat(10_000) }));
    expect(await patch({ bio: 'x'.repeat(10_000) }, { apps })).toMatchObject({
      status: 413,
      body: { error: { code: 'app_too_large' } },
    });
    expect(parts.memory.users()).toMatchObject([{ app: { other: 'x'.repeat(10_000) } }]);
  });

  it('tries again when the table refuses, and gives up in time when it goes on refusing', async () => {
    await apply();
    const refusing = (upTo: number) =>
      interrupted(async (time) => {
        if (time <= upTo) throw new StoreUnavailable('busy');
      });
    expect((await patch({ bio: 'x' }, { apps: refusing(2) })).status).toBe(200);
    const startedAt = parts.clock.now();
    expect(await patch({ bio: 'y' }, { apps: refusing(Number.POSITIVE_INFINITY) })).toMatchObject({
      status: 503,
      retryAfter: '5',
      body: { error: { code: 'unavailable' } },
    });
    expect(parts.clock.now() - startedAt).toBeLessThan(6_000);
  });

  it('gives up in time when others write all the while', async () => {
    await apply();
    const apps = interrupted(async (time) => parts.memory.writeApp(ID, { time }));
    expect(await patch({ bio: 'x' }, { apps })).toMatchObject({
      status: 503,
      body: { error: { code: 'unavailable' } },
    });
  });

  it('does not take a write whose answer was lost for somebody else’s', async () => {
    await apply();
    const apps: AppStore = {
      async read(userId, options) {
        const reading = await parts.apps.read(userId, options);
        return reading && { ...reading, write: (change) => reading.write(change).then(lostOnTheWay) };
      },
    };
    let lost = 0;
    const lostOnTheWay = <T>(result: T): T => {
      lost += 1;
      if (lost === 1) throw new StoreUnavailable('reset');
      return result;
    };
    expect(await patch({ bio: 'x' }, { apps })).toMatchObject({ status: 200, body: { app: { bio: 'x' } } });
  });

  it('fetches a user whom the mirror does not have, and says so in the metrics', async () => {
    parts.clerkUsers.set(ID, directoryUser(ID));
    expect(await patch({ bio: 'x' })).toMatchObject({ status: 200, body: { app: { bio: 'x' } } });
    expect(parts.memory.users()).toMatchObject([{ changedBy: 'on-demand', app: { bio: 'x' } }]);
    expect(parts.metrics.sum('AutoSync')).toBe(1);
  });

  it('answers as GET does for one whom Clerk does not have, or cannot be asked about', async () => {
    expect(await patch({ bio: 'x' })).toMatchObject({ status: 404, body: { error: { code: 'user_not_found' } } });
    parts.down.clerk = true;
    expect(await patch({ bio: 'x' })).toMatchObject({ status: 503, retryAfter: '5' });
    expect(parts.memory.users()).toEqual([]);
  });

  it('logs that somebody changed something, who acted for her, and nothing of what', async () => {
    await apply();
    await patchMe(eventOf({ app: { bio: 'secret', alice: 1 } }, { sub: 'user_support' }), parts);
    const line = parts.log.lines.at(-1);
    expect(line).toMatchObject({
      message: 'app attributes changed',
      facts: { userId: ID, named: 2, actor: 'user_support' },
    });
    expect(JSON.stringify(parts.log.lines)).not.toMatch(/secret|alice/);
  });
});

describe('POST /users/sync', () => {
  it('answers 201 where it has created her, and 200 with the outcome otherwise', async () => {
    parts.clerkUsers.set(ID, directoryUser(ID));
    expect(await sync()).toMatchObject({ status: 201, body: { outcome: 'created', user: { id: ID, synced: true } } });
    expect(await sync()).toMatchObject({ status: 200, body: { outcome: 'unchanged' } });
    await parts.time.advance(10_000);
    parts.clerkUsers.set(ID, directoryUser(ID, { asOf: NOW + 5_000, record: record(null) }));
    expect(await sync()).toMatchObject({ status: 200, body: { outcome: 'updated', user: { verifiedEmail: null } } });
  });

  it('keeps what the mirror has that is newer than what Clerk answers', async () => {
    await apply({ asOf: NOW + 60_000, profile: { ...directoryUser(ID).profile, firstName: 'Newer' } });
    parts.clerkUsers.set(ID, directoryUser(ID));
    expect(await sync()).toMatchObject({ status: 200, body: { outcome: 'stale', user: { firstName: 'Newer' } } });
  });

  it('deletes nobody whom Clerk does not have', async () => {
    await apply();
    const before = parts.memory.users();
    expect(await sync()).toMatchObject({ status: 404, body: { error: { code: 'user_not_found' } } });
    expect(parts.memory.users()).toEqual(before);
  });

  it('refuses a tombstone, which a request cannot lift, even of a user whom Clerk has', async () => {
    await remove();
    await parts.time.advance(3_600_000);
    parts.clerkUsers.set(ID, directoryUser(ID, { asOf: parts.clock.now() }));
    expect(await sync()).toMatchObject({ status: 403, body: { error: { code: 'user_deleted' } } });
    expect(parts.memory.users()).toMatchObject([{ tombstone: { deletedAt: NOW } }]);
  });

  it('answers 503 and when to come again while Clerk or the table is down', async () => {
    parts.clerkUsers.set(ID, directoryUser(ID));
    parts.down.store = true;
    expect(await sync()).toMatchObject({ status: 503, retryAfter: '5' });
    parts.down.store = false;
    parts.down.clerk = true;
    expect(await sync()).toMatchObject({ status: 503, retryAfter: '5' });
    expect(parts.memory.users()).toEqual([]);
  });

  it('asks Clerk nothing for a body that it does not take', async () => {
    const answer = show(await syncMe(eventOf({ email: 'x@example.com' }), parts));
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_body' } } });
    expect(parts.asked).toEqual([]);
  });
});
