import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DirectoryUser } from '../../../shared/ports/user-directory.ts';
import type { UpdatedPosition } from '../../../shared/sync/reconcile/list-updated.ts';
import { listUpdated } from '../../../shared/sync/reconcile/list-updated.ts';
import { checkAsync } from '../../support/domain/property.ts';
import { clerkUser, EPOCH, ScriptedClerk, userId } from './support/clerk.ts';

const clock = { now: (): number => EPOCH };

interface Walked {
  /** By id, in the order in which they were shown. */
  readonly shown: readonly DirectoryUser[];
  readonly position: UpdatedPosition | undefined;
}

/** Walks until a time is reached, or until `mayStop` says so behind a page that came further. */
async function walk(
  clerk: ScriptedClerk,
  since: number,
  pageSize: number,
  start: UpdatedPosition = { offset: 0 },
  mayStop: () => boolean = () => false,
): Promise<Walked> {
  const shown: DirectoryUser[] = [];
  for await (const { users, position } of listUpdated({ directory: clerk, clock }, start, pageSize)) {
    shown.push(...users);
    const { reached = Number.POSITIVE_INFINITY } = position;
    if (reached < since) break;
    if (mayStop()) return { shown, position };
  }
  return { shown, position: undefined };
}

function updatedAt(n: number, asOf: number): DirectoryUser {
  return clerkUser(n, { asOf: EPOCH + asOf });
}

describe('the last updated users', () => {
  it('come once each, the newest first, down to the time that was asked for', async () => {
    const clerk = new ScriptedClerk();
    clerk.add(...Array.from({ length: 40 }, (_, n) => updatedAt(n, n)));
    const { shown } = await walk(clerk, EPOCH + 20, 6);
    const ids = shown.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, n) => userId(39 - n)));
    expect(shown.length).toBeLessThan(27);
  });

  it('are one call when the first page goes back far enough', async () => {
    const clerk = new ScriptedClerk();
    clerk.add(...Array.from({ length: 40 }, (_, n) => updatedAt(n, n)));
    await walk(clerk, EPOCH + 35, 10);
    expect(clerk.calls).toHaveLength(1);
  });

  it.each([0, 1, 2, 9, 10, 11, 30])(
    'of %i users are all of them, although a short page proves nothing',
    async (count) => {
      const clerk = new ScriptedClerk();
      clerk.add(...Array.from({ length: count }, (_, n) => updatedAt(n, n)));
      const { shown } = await walk(clerk, 0, 10);
      expect(shown).toHaveLength(count);
      expect(clerk.calls.length).toBeLessThan(7);
    },
  );

  it.each([1, 2, 3])('of one time are all there, whichever order Clerk gives them (order %i)', async (seed) => {
    const clerk = new ScriptedClerk();
    clerk.seed = seed;
    clerk.add(...Array.from({ length: 95 }, (_, n) => updatedAt(n, n < 80 ? 50 : n)));
    const { shown } = await walk(clerk, EPOCH + 50, 10);
    expect(new Set(shown.map(({ id }) => id)).size).toBe(95);
  });

  it('are not lost when half of those who were shown are deleted between two pages', async () => {
    const clerk = new ScriptedClerk();
    clerk.add(...Array.from({ length: 100 }, (_, n) => updatedAt(n, n)));
    clerk.before = (call) => {
      if (call.method !== 'listUpdated' || call.number !== 4) return;
      for (let n = 80; n < 100; n += 1) clerk.users.delete(userId(n));
    };
    const { shown } = await walk(clerk, EPOCH, 10);
    expect(new Set(shown.map(({ id }) => id)).size).toBe(100);
  });
});

/** What happens to Clerk's users between two pages; places are places in the list, where neighbours share a fate. */
const event = fc.oneof(
  fc.record({ kind: fc.constant('delete' as const), place: fc.nat(59), count: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ kind: fc.constant('update' as const), place: fc.nat(59), count: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ kind: fc.constant('insert' as const) }),
  // An import may bring a user who was updated long ago.
  fc.record({ kind: fc.constant('import' as const), asOf: fc.nat(6) }),
);

type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

const history = fc.record({
  /** Few times: most users share theirs with others. */
  times: fc.array(fc.nat(6), { minLength: 10, maxLength: 60 }),
  since: fc.nat(6),
  seed: fc.nat(1_000),
  pageSize: fc.integer({ min: 2, max: 15 }),
  /** Before each page. */
  events: fc.array(fc.array(event, { maxLength: 3 }), { maxLength: 40 }),
  /** After which pages a chunk ends, and another one goes on from its position alone. */
  stops: fc.array(fc.boolean(), { maxLength: 40 }),
});

/** Lets events happen before each page. @returns the users whom nothing has happened to so far */
function happen(clerk: ScriptedClerk, events: (readonly Event[])[]): ReadonlyMap<string, DirectoryUser> {
  const untouched = new Map(clerk.users);
  let last = 1_000;
  const play = (one: Event): void => {
    last += 1;
    if (one.kind === 'insert') clerk.add(updatedAt(last, last));
    if (one.kind === 'import') clerk.add(updatedAt(last, one.asOf));
    if (one.kind === 'insert' || one.kind === 'import') return;
    for (const user of clerk.lastUpdated().slice(one.place, one.place + one.count)) {
      untouched.delete(user.id);
      if (one.kind === 'delete') clerk.users.delete(user.id);
      else clerk.add({ ...user, asOf: EPOCH + last });
    }
  };
  clerk.before = () => events.shift()?.forEach(play);
  return untouched;
}

describe('whatever is deleted, updated and created while it walks,', () => {
  it('everybody in the range whom nobody has touched is shown', async () => {
    const property = fc.asyncProperty(history, async ({ times, since, seed, pageSize, events, stops }) => {
      const clerk = new ScriptedClerk();
      clerk.seed = seed;
      clerk.add(...times.map((asOf, n) => updatedAt(n, asOf)));
      const untouched = happen(clerk, [...events]);
      const halts = [...stops];
      const shown = new Set<string>();
      for (let position: UpdatedPosition | undefined = { offset: 0 }; position !== undefined;) {
        const walked: Walked = await walk(clerk, EPOCH + since, pageSize, position, () => halts.shift() ?? false);
        for (const { id } of walked.shown) shown.add(id);
        position = walked.position;
      }
      const expected = [...untouched.values()].filter(({ asOf }) => asOf >= EPOCH + since);
      expect(expected.filter(({ id }) => !shown.has(id))).toEqual([]);
    });
    await checkAsync(property, 1_500);
  });
});
