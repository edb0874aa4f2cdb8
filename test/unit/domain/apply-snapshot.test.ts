/** Read, merge, conditional write: over the memory store, with races and failures put between. */
import type { Mock } from 'vitest';
import { describe, expect, it, vi } from 'vitest';
import type { Snapshot } from '../../../shared/domain/snapshot.ts';
import type { StoredUser } from '../../../shared/domain/user.ts';
import type { WriteResult } from '../../../shared/ports/user-store.ts';
import { UnstorableUser } from '../../../shared/ports/user-store.ts';
import type { AskAnswer, SyncResult } from '../../../shared/sync/apply-snapshot.ts';
import { fingerprint } from '../../../shared/sync/fingerprint.ts';
import {
  ADA,
  ADAS_RECORD,
  completeToken,
  deletion,
  event,
  ID,
  MINUTE_MS,
  partialToken,
  read,
  SECOND,
} from '../../support/domain/builders.ts';
import type { Bench, Trouble } from '../../support/domain/sync-bench.ts';
import { answerLost, createBench, hanging, START, unreachable } from '../../support/domain/sync-bench.ts';

const T = SECOND + 500;
const signUp = event({ asOf: T });
const renamed = event({ asOf: T + 60_000, profile: { firstName: 'Grace' } });
/** The same moment in Clerk as the sign-up, another name, seen at the same time: nobody but Clerk can order the two. */
const tied = event({ asOf: T, profile: { firstName: 'Grace' } });

function stored(bench: Bench): Promise<StoredUser | undefined> {
  return bench.store.get(ID);
}

/** Somebody else writes first. */
function overtakenBy(bench: Bench, ...snapshots: readonly Snapshot[]): Trouble<WriteResult> {
  return async (pass) => {
    await bench.settle(...snapshots);
    return pass();
  };
}

function outcomeOf(result: SyncResult): string {
  return result.status === 'settled' ? result.outcome : result.status;
}

describe('a snapshot that changes something', () => {
  it('is written once, on condition of what was read, with path, time and fingerprint', async () => {
    const bench = createBench();
    await bench.settle(signUp);
    const before = await stored(bench);
    expect(outcomeOf(await bench.apply(renamed, { path: 'reconciler' }))).toBe('updated');
    expect(bench.calls.writes).toHaveLength(1);
    expect(bench.calls.writes[0]).toMatchObject({
      expected: before,
      path: 'reconciler',
      now: START,
      fingerprint: fingerprint({ ...ADA, firstName: 'Grace' }, ADAS_RECORD),
    });
    expect(await stored(bench)).toMatchObject({ revision: 2, changedBy: 'reconciler' });
  });

  it('answers the user as she now stands in the store', async () => {
    const bench = createBench();
    const result = await bench.apply(signUp);
    expect(result).toMatchObject({ status: 'settled', user: await stored(bench) });
  });

  it('leaves what the application writes at the same moment alone', async () => {
    const bench = createBench();
    await bench.settle(signUp);
    bench.troubles.write.push((pass) => {
      bench.store.writeApp(ID, { bio: 'Hello' });
      return pass();
    });
    await bench.apply(renamed);
    expect(await stored(bench)).toMatchObject({ app: { bio: 'Hello' }, profile: { content: { firstName: 'Grace' } } });
  });

  it.each([
    ['created', 'SyncCreated', [], signUp],
    ['updated', 'SyncUpdated', [signUp], renamed],
    ['deleted', 'SyncDeleted', [signUp], deletion(T + 1)],
    ['restored', 'SyncRestored', [signUp, deletion(T + 1)], read({ asOf: T, seenAt: START }, 'deleted')],
  ] as const)('is counted and logged in one line: %s', async (outcome, metric, before, snapshot) => {
    const bench = createBench();
    await bench.settle(...before);
    expect(outcomeOf(await bench.apply(snapshot))).toBe(outcome);
    expect(bench.metrics.recorded().map(({ name }) => name)).toEqual([metric, 'SyncLag']);
    expect(bench.metrics.sum(metric, { Path: 'webhook' })).toBe(1);
    expect(bench.log.lines).toHaveLength(1);
    expect(bench.log.lines[0]).toMatchObject({ level: 'info', facts: { path: 'webhook', outcome, userId: ID } });
  });

  it('logs the names of changed fields, never their values', async () => {
    const bench = createBench();
    await bench.settle(signUp);
    await bench.apply(
      event({ asOf: T + 1, profile: { lastName: 'Newname' }, record: { publicMetadata: { secret: 'x1y2' } } }),
    );
    expect(bench.log.lines[0]?.facts['changedFields']).toEqual(['lastName', 'publicMetadata']);
    expect(JSON.stringify(bench.log.lines)).not.toMatch(/Newname|Example|example\.com|x1y2|crm-1/);
  });

  it.each([
    ['a change, from when the event of it was made', renamed, START - renamed.seenAt],
    ['a change whose event has no time, from Clerk’s own', { ...renamed, seenAt: 0 }, START - renamed.asOf],
    ['a change that Clerk does not version, from its event', event({ asOf: T, seenAt: START - 3_000 }), 3_000],
    ['a deletion, from its time', deletion(START - 7_000), 7_000],
    ['a change dated ahead of our clock, as none', event({ asOf: START + 5_000 }), 0],
  ] as const)('measures the lag of %s', async (_title, snapshot, lag) => {
    const bench = createBench();
    await bench.apply(snapshot);
    expect(bench.metrics.sum('SyncLag', { Path: 'webhook' })).toBe(lag);
  });

  it('measures no lag of a user whom a token creates: her last change may be years old', async () => {
    const bench = createBench();
    await bench.apply(completeToken(T), { path: 'authorizer' });
    expect(bench.metrics.recorded().map(({ name }) => name)).toEqual(['SyncCreated']);
  });

  it('measures the lag of a change that a token brings', async () => {
    const bench = createBench();
    await bench.settle(signUp);
    await bench.apply({ ...completeToken(START - 40_000), claims: renamed.profile }, { path: 'authorizer' });
    expect(bench.metrics.sum('SyncLag', { Path: 'authorizer' })).toBe(40_000);
  });

  it('measures no lag of a token that does not say when its claims were true', async () => {
    const bench = createBench();
    await bench.apply(completeToken(undefined), { path: 'authorizer' });
    expect(bench.metrics.recorded().map(({ name }) => name)).toEqual(['SyncCreated']);
  });
});

describe('a snapshot that changes nothing', () => {
  it('leaves no trace when the user is unchanged: no write, no metric, no line', async () => {
    const bench = createBench();
    await bench.settle(signUp);
    expect(outcomeOf(await bench.apply(completeToken(T), { path: 'authorizer' }))).toBe('unchanged');
    expect(bench.calls.writes).toEqual([]);
    expect(bench.metrics.recorded()).toEqual([]);
    expect(bench.log.lines).toEqual([]);
    expect(bench.pending()).toBe(0);
  });

  it('needs no read either when the stored user is known', async () => {
    const bench = createBench();
    await bench.settle(signUp);
    await bench.apply(completeToken(T), { known: { user: await stored(bench) } });
    expect(bench.calls).toEqual({ gets: 0, writes: [] });
  });

  it('is counted when it is stale, and not written', async () => {
    const bench = createBench();
    await bench.settle(renamed);
    expect(outcomeOf(await bench.apply(signUp))).toBe('stale');
    expect(bench.calls.writes).toEqual([]);
    expect(bench.metrics.recorded()).toMatchObject([{ name: 'SyncStale', value: 1, dimensions: { Path: 'webhook' } }]);
    expect(bench.log.lines).toEqual([]);
  });
});

describe('a lost race', () => {
  it('is merged with what the winner left, without a second read', async () => {
    const bench = createBench();
    await bench.settle(signUp);
    bench.troubles.write.push(overtakenBy(bench, renamed));
    const last = event({ asOf: T + 120_000, profile: { firstName: 'Hope' } });
    expect(outcomeOf(await bench.apply(last))).toBe('updated');
    expect(bench.calls.gets).toBe(1);
    expect(bench.calls.writes).toHaveLength(2);
    expect(await stored(bench)).toMatchObject({ revision: 3, profile: { content: { firstName: 'Hope' } } });
  });

  it('to a newer write ends stale, and the newer write stands', async () => {
    const bench = createBench();
    await bench.settle(signUp);
    bench.troubles.write.push(overtakenBy(bench, event({ asOf: T + 120_000, profile: { firstName: 'Hope' } })));
    expect(outcomeOf(await bench.apply(renamed))).toBe('stale');
    expect(await stored(bench)).toMatchObject({ revision: 2, profile: { content: { firstName: 'Hope' } } });
  });

  it('to an equal write is a success', async () => {
    const bench = createBench();
    bench.troubles.write.push(overtakenBy(bench, signUp));
    expect(outcomeOf(await bench.apply(signUp))).toBe('unchanged');
    expect(await stored(bench)).toMatchObject({ revision: 1 });
    expect(bench.metrics.sum('SyncFailed')).toBe(0);
  });

  it('to a deletion revives nobody', async () => {
    const bench = createBench();
    bench.troubles.write.push(overtakenBy(bench, deletion(T - 1)));
    expect(outcomeOf(await bench.apply(signUp))).toBe('stale');
    expect((await stored(bench))?.tombstone).toEqual({ deletedAt: T - 1 });
  });

  it('against an item that has gone meanwhile creates the user', async () => {
    const bench = createBench();
    await bench.settle(signUp);
    bench.troubles.write.push((pass) => {
      bench.store.expireAt(ID, START - MINUTE_MS);
      return pass();
    });
    expect(outcomeOf(await bench.apply(renamed))).toBe('created');
  });

  it('that is lost again and again fails within the budget, and says so', async () => {
    const bench = createBench();
    bench.troubles.forever = true;
    bench.troubles.write.push(() => Promise.resolve({ status: 'lost', current: undefined }));
    const result = await bench.apply(signUp, { path: 'authorizer', budgetMs: 800 });
    expect(result).toMatchObject({ status: 'failed', reason: 'contention' });
    expect(bench.now() - START).toBeGreaterThanOrEqual(800);
    expect(bench.now() - START).toBeLessThan(810);
    expect(bench.metrics.recorded()).toMatchObject([{ name: 'SyncFailed', dimensions: { Path: 'authorizer' } }]);
    expect(bench.log.lines).toMatchObject([
      { level: 'error', facts: { path: 'authorizer', outcome: 'failed', userId: ID, reason: 'contention' } },
    ]);
    expect(bench.pending()).toBe(0);
  });

  it('waits a random time below a bound that doubles, up to half a second', async () => {
    const bench = createBench(() => 0.75);
    bench.troubles.write.push(
      ...Array.from({ length: 8 }, () => () => Promise.resolve({ status: 'lost' as const, current: undefined })),
    );
    await bench.apply(signUp);
    expect(bench.pauses).toEqual([15, 30, 60, 120, 240, 375, 375, 375]);
  });

  it('of 64 writers at once ends with the newest version, whoever wins', async () => {
    let turn = 0;
    const bench = createBench(() => (turn = (turn * 7 + 3) % 64) / 64);
    const changes = Array.from({ length: 64 }, (_, at) =>
      event({ asOf: T + at * 1_001, profile: { firstName: `name ${at}` } }),
    );
    const shuffled = changes.toSorted((a, b) => ((a.asOf * 31) % 127) - ((b.asOf * 31) % 127));
    const results = await Promise.all(shuffled.map((change) => bench.apply(change, { budgetMs: 60_000 })));
    expect(results.every(({ status }) => status === 'settled')).toBe(true);
    expect((await stored(bench))?.profile.content.firstName).toBe('name 63');
  });
});

describe('an unavailable store', () => {
  it('is tried again, for the read and for the write', async () => {
    const bench = createBench();
    bench.troubles.get.push(unreachable, unreachable);
    bench.troubles.write.push(unreachable, unreachable, unreachable);
    expect(outcomeOf(await bench.apply(signUp))).toBe('created');
    expect(bench.calls.gets).toBe(3);
    expect(bench.calls.writes).toHaveLength(4);
    expect(await stored(bench)).toMatchObject({ revision: 1 });
    expect(bench.metrics.sum('SyncFailed')).toBe(0);
  });

  it('that took the write before its answer was lost holds it once', async () => {
    const bench = createBench();
    bench.troubles.write.push(answerLost);
    expect((await bench.apply(signUp)).status).toBe('settled');
    expect(await stored(bench)).toMatchObject({ revision: 1 });
  });

  it.each([
    ['refuses the read', 'get', unreachable],
    ['refuses the write', 'write', unreachable],
    ['does not answer the read', 'get', hanging],
    ['does not answer the write', 'write', hanging],
  ] as const)('fails within the budget when it %s', async (_title, call, trouble) => {
    const bench = createBench();
    bench.troubles.forever = true;
    bench.troubles[call].push(trouble);
    const result = await bench.apply(signUp, { budgetMs: 800 });
    expect(result).toMatchObject({ status: 'failed', reason: 'store', error: { code: 'store_unavailable' } });
    expect(bench.now() - START).toBeLessThan(810);
    expect(bench.metrics.sum('SyncFailed', { Path: 'webhook' })).toBe(1);
    expect(bench.log.lines).toMatchObject([{ level: 'error', facts: { outcome: 'failed', reason: 'store' } }]);
    expect(bench.pending()).toBe(0);
  });

  it('is not what a defect is taken for: that is thrown, and not tried again', async () => {
    const bench = createBench();
    const error = new TypeError('Not a function.');
    bench.troubles.write.push(() => Promise.reject(error));
    await expect(bench.apply(signUp)).rejects.toBe(error);
    expect(bench.calls.writes).toHaveLength(1);
    expect(bench.pending()).toBe(0);
  });

  it('is not what a defect is taken for even when it surfaces after the time is up', async () => {
    const bench = createBench();
    const error = new TypeError('Not a function.');
    bench.troubles.write.push((pass, options) => hanging(pass, options).catch(() => Promise.reject(error)));
    await expect(bench.apply(signUp)).rejects.toBe(error);
  });
});

describe('a user that the store cannot keep', () => {
  it('is told from a store that is unavailable, not tried again, and answered with what was decided', async () => {
    const bench = createBench();
    bench.troubles.write.push(() => Promise.reject(new UnstorableUser('The item is too large.')));
    const result = await bench.apply(signUp);
    expect(result).toMatchObject({ status: 'failed', reason: 'unstorable', decided: { id: ID } });
    expect(bench.calls.writes).toHaveLength(1);
    expect(bench.metrics.sum('SyncFailed', { Path: 'webhook' })).toBe(1);
    expect(bench.log.lines).toMatchObject([
      { level: 'error', facts: { outcome: 'failed', reason: 'unstorable', detail: 'The item is too large.' } },
    ]);
  });

  it('is so also when that surfaces after the time is up: it must not come again for ever', async () => {
    const bench = createBench();
    const error = new UnstorableUser('The item is too large.');
    bench.troubles.write.push((pass, options) => hanging(pass, options).catch(() => Promise.reject(error)));
    expect(await bench.apply(signUp)).toMatchObject({ status: 'failed', reason: 'unstorable' });
  });
});

interface Asked {
  readonly bench: Bench;
  readonly ask: Mock<(userId: string, signal: AbortSignal) => Promise<AskAnswer>>;
  readonly result: SyncResult;
}

describe('a snapshot that only Clerk can order', () => {
  async function asked(answer: AskAnswer | undefined): Promise<Asked> {
    const bench = createBench();
    await bench.settle(signUp);
    const ask = vi.fn<(userId: string, signal: AbortSignal) => Promise<AskAnswer>>();
    if (answer !== undefined) ask.mockResolvedValue(answer);
    const result = await bench.apply(tied, answer === undefined ? {} : { ask });
    return { bench, ask, result };
  }

  it('is settled by what Clerk answers', async () => {
    const { bench, ask, result } = await asked(read({ asOf: T, profile: { firstName: 'Hope' } }));
    expect(outcomeOf(result)).toBe('updated');
    expect(ask).toHaveBeenCalledExactlyOnceWith(ID, expect.any(AbortSignal));
    expect((await stored(bench))?.profile.content.firstName).toBe('Hope');
    expect(bench.log.lines).toMatchObject([
      { facts: { path: 'webhook', outcome: 'updated', changedFields: ['firstName'] } },
    ]);
  });

  it('changes nothing when Clerk answers what is stored', async () => {
    const { bench, result } = await asked(read({ asOf: T }));
    expect(outcomeOf(result)).toBe('unchanged');
    expect(bench.calls.writes).toEqual([]);
  });

  it.each([
    ['unavailable', 'unavailable'],
    ['absent', 'absent'],
    [undefined, 'unavailable'],
  ] as const)('leaves the stored user as she is when the answer is %s', async (answer, reason) => {
    const { bench, result } = await asked(answer);
    expect(result).toMatchObject({ status: 'unsettled', reason, user: await stored(bench) });
    expect(bench.calls.writes).toEqual([]);
    expect(bench.metrics.recorded()).toEqual([]);
  });

  it('is not settled by an answer that has not seen the event yet: the event must come again', async () => {
    const { bench, result } = await asked(read({ asOf: T - 1 }));
    expect(result).toMatchObject({ status: 'unsettled', reason: 'unavailable' });
    expect(bench.calls.writes).toEqual([]);
  });

  it('is asked about once, also when the answer then loses a race', async () => {
    const bench = createBench();
    await bench.settle(signUp);
    bench.troubles.write.push(
      overtakenBy(bench, event({ asOf: T, seenAt: SECOND + 20_000, profile: { firstName: 'Hope' } })),
    );
    const ask = vi.fn<() => Promise<AskAnswer>>(() =>
      Promise.resolve(read({ asOf: T, seenAt: SECOND + 21_000, profile: { firstName: 'Grace' } })),
    );
    expect(outcomeOf(await bench.apply(tied, { ask }))).toBe('updated');
    expect(ask).toHaveBeenCalledTimes(1);
    expect((await stored(bench))?.profile.content.firstName).toBe('Grace');
  });

  it('is not asked about when the order is plain', async () => {
    const bench = createBench();
    await bench.settle(signUp);
    const ask = vi.fn<() => Promise<AskAnswer>>();
    await bench.apply(renamed, { ask });
    await bench.apply(partialToken(undefined, {}), { ask });
    expect(ask).not.toHaveBeenCalled();
  });

  it('hands an unexpected failure of asking on', async () => {
    const bench = createBench();
    await bench.settle(signUp);
    const defect = new TypeError('Not a function.');
    await expect(bench.apply(tied, { ask: () => Promise.reject(defect) })).rejects.toBe(defect);
    expect(bench.pending()).toBe(0);
  });
});
