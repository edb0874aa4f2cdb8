import { describe, expect, it } from 'vitest';
import { acceptedEventsAreKept } from './invariants/accepted-events-are-kept.ts';
import type { EndedRun, Truth } from './invariants/invariant.ts';
import { asJson } from './world/people.ts';
import type { Person } from './world/people.ts';

const PERSON: Person = {
  id: 'user_ada',
  firstName: 'Ada',
  lastName: null,
  imageUrl: null,
  email: null,
  isVerified: false,
  username: null,
  externalId: null,
  banned: false,
  deprovisioned: false,
  locked: false,
  metadata: {},
  createdAt: 1_000,
  updatedAt: 2_000_000_000_000,
};

/** A table in which the user is as old as a read from before the event has left her. @param wasDeleted whether she was, just before */
function world(wasDeleted: boolean) {
  let asOf = PERSON.updatedAt - 1;
  let now = PERSON.updatedAt + 500;
  const user = () => ({ profile: { version: { asOf } }, record: { version: { asOf } } });
  const table = {
    get: user,
    statesSince: () => [wasDeleted ? { tombstone: { deletedAt: 1 } } : user()],
  };
  const truth = { now: () => now, table, people: { get: () => PERSON }, isErased: () => false };
  const broken: string[] = [];
  // The invariant looks at nothing else of the world.
  const watch = acceptedEventsAreKept.watch(truth as unknown as Truth, (detail) => broken.push(detail));
  const body = JSON.stringify({ object: 'event', type: 'user.updated', data: asJson(PERSON), timestamp: now });
  return {
    broken,
    accept: (outcome: string) =>
      watch.accepted?.({ message: { id: 'msg_1', body, secret: '' }, outcome, startedAt: now - 100 }),
    runEnds: (over: Partial<EndedRun> = {}) => {
      now += 1_000;
      const event = { mode: 'incremental' };
      const summary = { runId: 'run_1', status: 'in-sync' };
      return watch.runEnded?.({ event, summary, startedAt: now - 500, ...over } as unknown as EndedRun);
    },
    catchUp: () => {
      asOf = PERSON.updatedAt;
    },
  };
}

describe('An event that fell on a tombstone which is lifted by an earlier read', () => {
  it('is waited for until the next run, which has it', async () => {
    const { accept, runEnds, catchUp, broken } = world(true);
    await accept('stale');
    catchUp();
    await runEnds();
    expect(broken).toEqual([]);
  });

  it('is lost where the next run does not have it', async () => {
    const { accept, runEnds, broken } = world(true);
    await accept('stale');
    expect(broken).toEqual([]);
    await runEnds();
    expect(broken).toEqual(['msg_1 fell on a tombstone and is not in the table after run run_1.']);
  });

  it('is not looked for after a run that began before, that is dry, or that failed', async () => {
    const { accept, runEnds, broken } = world(true);
    await accept('stale');
    await runEnds({ startedAt: PERSON.updatedAt });
    await runEnds({ event: { mode: 'full', dryRun: true } });
    await runEnds({ summary: { runId: 'run_2', status: 'failed' } as EndedRun['summary'] });
    expect(broken).toEqual([]);
  });
});

describe('An event that is not in the table', () => {
  it.each([
    ['was answered with another outcome', true, 'updated'],
    ['met no tombstone', false, 'stale'],
  ])('is lost at once where it %s', async (_, wasDeleted, outcome) => {
    const { accept, broken } = world(wasDeleted);
    await accept(outcome);
    expect(broken).toEqual([`msg_1 was accepted (${outcome}) and is not in the table.`]);
  });
});
