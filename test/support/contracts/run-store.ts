import { beforeEach, describe, expect, it } from 'vitest';
import type { Run, RunStore } from '../../../shared/ports/run-store.ts';
import { isReadable } from '../../../shared/ports/unreadable.ts';
import { NOW } from './users.ts';

export interface RunStoreWorld {
  readonly store: RunStore;
  /** Sets the adapter's clock, ms. */
  setClock(ms: number): void;
}

/** One that has just begun. */
export const RUN: Run = {
  id: '01h0000000000000000000000a',
  mode: 'full',
  status: 'running',
  startedAt: NOW + 1,
  endedAt: undefined,
  counts: { clerkUsers: 0, storedUsers: 0, created: 0, updated: 0, deleted: 0, restored: 0, suspects: 0, conflicts: 0 },
  drift: {},
  report: {},
  heldBecause: undefined,
  failedBecause: undefined,
};

const DAY_MS = 86_400_000;

/** What every run store does. @param open a world with an empty store */
export function describeRunStore(name: string, open: () => Promise<RunStoreWorld>): void {
  describe(`run store: ${name}`, () => {
    let world: RunStoreWorld;
    let store: RunStore;
    beforeEach(async () => {
      world = await open();
      store = world.store;
    });
    const spooled = async (runId = RUN.id): Promise<string[]> => {
      const ids: string[] = [];
      for await (const piece of store.suspects(runId)) {
        expect(piece.length).toBeGreaterThan(0);
        ids.push(...piece);
      }
      return ids;
    };

    it('has no run that nobody saved', async () => {
      expect(await store.get(RUN.id)).toBeUndefined();
      expect(await spooled()).toEqual([]);
    });

    it('gives back a run that has just begun', async () => {
      await store.save(RUN);
      expect(await store.get(RUN.id)).toEqual(RUN);
    });

    it.each(['in-sync', 'repaired', 'held', 'failed', 'skipped'] as const)(
      'gives back a run that ended %s',
      async (status) => {
        const changes = { created: 5, updated: 4, deleted: 3, restored: 2 };
        const counts = { clerkUsers: 7, storedUsers: 6, ...changes, suspects: 1, conflicts: 8 };
        const ended: Run = {
          ...RUN,
          status,
          endedAt: NOW + 90_001,
          counts,
          drift: { email: 2, publicMetadata: 1 },
          report: {
            email: {
              users: 2,
              causes: { 'missed-webhook': 1, unknown: 1 },
              oldestMs: 0,
              userIds: ['user_a', 'user_b'],
            },
            extra: { users: 300, causes: {}, userIds: [] },
          },
          heldBecause: '21 deletions are more than the 20 that one run may make.',
          failedBecause: 'Clerk did not answer.',
        };
        await store.save(RUN);
        await store.save(ended);
        expect(await store.get(RUN.id)).toEqual(ended);
      },
    );

    it('lets a later state take back what an earlier one said', async () => {
      await store.save({ ...RUN, heldBecause: 'because', drift: { email: 1 } });
      await store.save(RUN);
      expect(await store.get(RUN.id)).toEqual(RUN);
    });

    describe('a state that arrives late', () => {
      const requested: Run = { ...RUN, status: 'requested' };
      const ended: Run = { ...RUN, status: 'failed', endedAt: NOW + 9, failedBecause: 'The table did not answer.' };

      it.each([
        ['the opening, after the end', ended, RUN],
        ['the request, after the opening', RUN, requested],
        ['the request, after the end', ended, requested],
      ])('leaves the record as it is: %s', async (_what, record, late) => {
        await store.save(record);
        await store.save(late);
        expect(await store.get(RUN.id)).toEqual(record);
      });

      it('is passed by: request, opening, end', async () => {
        for (const state of [requested, RUN, ended]) {
          await store.save(state);
          expect(await store.get(RUN.id)).toEqual(state);
        }
      });
    });

    describe('a run that nobody seems to have taken on', () => {
      const requested: Run = { ...RUN, status: 'requested' };
      const unstarted: Run = { ...RUN, status: 'failed', endedAt: NOW + 3, failedBecause: 'It was not started.' };

      it('says so, in place of its request', async () => {
        await store.save(requested);
        await store.saveUnstarted(unstarted);
        expect(await store.get(RUN.id)).toEqual(unstarted);
      });

      it('is opened all the same, should it have been taken on', async () => {
        await store.saveUnstarted(unstarted);
        await store.save(RUN);
        expect(await store.get(RUN.id)).toEqual(RUN);
      });

      it.each([
        ['at work', RUN],
        ['at its end', { ...RUN, status: 'repaired', endedAt: NOW + 2 } satisfies Run],
      ])('is not said to have failed while its own record has it %s', async (_what, record) => {
        await store.save(record);
        await store.saveUnstarted(unstarted);
        expect(await store.get(RUN.id)).toEqual(record);
      });
    });

    it('gives back the marks that were kept last, none before that, to the millisecond', async () => {
      expect(await store.marks()).toEqual([]);
      await store.putMarks([1, NOW]);
      await store.putMarks([0, NOW - 1, NOW]);
      expect(await store.marks()).toEqual([0, NOW - 1, NOW]);
      expect(await store.get(RUN.id)).toBeUndefined();
    });

    it('gives back which run an approval is of', async () => {
      const approval: Run = { ...RUN, mode: 'approve', approves: 'run-1' };
      await store.save(approval);
      expect(await store.get(RUN.id)).toEqual(approval);
    });

    it('gives back what was asked of a run', async () => {
      const dry: Run = { ...RUN, dryRun: true, force: true, hasJudged: true, status: 'drift', endedAt: NOW + 2 };
      const single: Run = { ...RUN, id: 'single', mode: 'user', userId: 'user_a' };
      await store.save(dry);
      await store.save(single);
      expect(await store.get(RUN.id)).toEqual(dry);
      expect(await store.get('single')).toEqual(single);
    });

    it('gives back what an incremental run began with, and why it became a full one or did nothing', async () => {
      const grown: Run = { ...RUN, since: NOW - 7, becauseFull: 'The counts differ.' };
      const skipped: Run = { ...RUN, id: 'skipped', mode: 'incremental', skippedBecause: 'Run run-1 is at work.' };
      await store.save(grown);
      await store.save(skipped);
      expect(await store.get(RUN.id)).toEqual(grown);
      expect(await store.get('skipped')).toEqual(skipped);
    });

    it('lists runs from a time on, the earliest first, each as it is now', async () => {
      const runs = [5, 1, 3, 0].map((n): Run => ({ ...RUN, id: `run-${n}`, startedAt: NOW + n }));
      for (const run of runs) await store.save(run);
      await store.save({ ...RUN, id: 'run-3', startedAt: NOW + 3, status: 'failed', endedAt: NOW + 9 });
      const list = async (since: number): Promise<string[]> => {
        const listed: string[] = [];
        for await (const run of store.list(since)) listed.push(`${run.id} ${isReadable(run) ? run.status : '?'}`);
        return listed;
      };
      await expect.poll(() => list(NOW + 1)).toEqual(['run-1 running', 'run-3 failed', 'run-5 running']);
      expect(await list(0)).toHaveLength(4);
      expect(await list(NOW + 6)).toEqual([]);
    });

    it('gives back suspects piece by piece, by number, whatever order they came in', async () => {
      await store.putSuspects(RUN.id, 10, ['user_e']);
      await store.putSuspects(RUN.id, 2, ['user_c', 'user_d']);
      await store.putSuspects(RUN.id, 0, ['user_b', 'user_a']);
      expect(await spooled()).toEqual(['user_b', 'user_a', 'user_c', 'user_d', 'user_e']);
    });

    it('keeps the suspects of each run apart', async () => {
      await store.putSuspects('run-1', 1, ['user_a']);
      await store.putSuspects('run-10', 1, ['user_b']);
      expect(await spooled('run-1')).toEqual(['user_a']);
      expect(await spooled('run-10')).toEqual(['user_b']);
    });

    it('replaces a piece that is put again, also by fewer or none', async () => {
      const many = ids(30_000);
      await store.putSuspects(RUN.id, 1, many);
      await store.putSuspects(RUN.id, 2, ['user_z']);
      await store.putSuspects(RUN.id, 1, many);
      expect(await spooled()).toEqual([...many, 'user_z']);
      await store.putSuspects(RUN.id, 1, ['user_b']);
      expect(await spooled()).toEqual(['user_b', 'user_z']);
      await store.putSuspects(RUN.id, 1, []);
      expect(await spooled()).toEqual(['user_z']);
    });

    it('keeps more suspects in a piece than an item holds', async () => {
      const many = ids(40_000);
      await store.putSuspects(RUN.id, 0, many);
      expect(await spooled()).toEqual(many);
    });

    it('forgets suspects after 30 days, and not before', async () => {
      await store.putSuspects(RUN.id, 0, ['user_a']);
      world.setClock(NOW + 30 * DAY_MS - 1000);
      expect(await spooled()).toEqual(['user_a']);
      world.setClock(NOW + 30 * DAY_MS);
      expect(await spooled()).toEqual([]);
    });
  });
}

/** Ids as long as Clerk's. */
function ids(count: number): string[] {
  return Array.from({ length: count }, (_, number) => `user_${String(number).padStart(27, '0')}`);
}
