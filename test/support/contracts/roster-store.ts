import { beforeEach, describe, expect, it } from 'vitest';
import type { RosterEntry } from '../../../shared/domain/roster.ts';
import type { RosterStore } from '../../../shared/ports/roster-store.ts';
import type { UserStore } from '../../../shared/ports/user-store.ts';
import { StoreUnavailable } from '../../../shared/ports/user-store.ts';
import { aUser, aWrite, NOW, written } from './users.ts';

export interface RosterStoreWorld {
  readonly roster: RosterStore;
  /** The users whose writes change entries in the same transaction. */
  readonly users: UserStore;
}

const ENTRY: RosterEntry = {
  email: 'ada@example.com',
  attributes: { name: 'Ada', groups: ['a', { b: null }], year: 1, é: {} },
  cohort: 'spring',
  origin: 'registered',
  link: undefined,
  createdAt: NOW - 5,
  updatedAt: NOW,
  revision: 1,
};

/** What every roster does. @param open a world with nobody in it */
export function describeRosterStore(name: string, open: () => Promise<RosterStoreWorld>): void {
  describe(`roster: ${name}`, () => {
    let roster: RosterStore;
    let users: UserStore;
    beforeEach(async () => {
      ({ roster, users } = await open());
    });

    const { email } = ENTRY;
    const put = (entry: RosterEntry, before?: RosterEntry) =>
      roster.change({ email: entry.email, before, after: entry });
    const linked: RosterEntry = { ...ENTRY, link: { userId: 'user_ada', at: NOW }, revision: 2 };

    it('has no entry that nobody put there', async () => {
      expect(await roster.get(email)).toBeUndefined();
      expect(await roster.list({ limit: 10 })).toEqual({ entries: [], next: undefined });
    });

    it('keeps an entry as it is, with everything and with next to nothing', async () => {
      const bare: RosterEntry = { ...ENTRY, email: 'b@x', attributes: {}, cohort: undefined, origin: 'default' };
      expect([await put(ENTRY), await put(bare)]).toEqual([true, true]);
      expect([await roster.get(email), await roster.get('b@x')]).toEqual([ENTRY, bare]);
    });

    it('changes an entry only as it was read', async () => {
      await put(ENTRY);
      expect(await put({ ...ENTRY, cohort: 'other' })).toBe(false);
      expect(await put(linked, ENTRY)).toBe(true);
      expect(await put({ ...ENTRY, revision: 2 }, ENTRY)).toBe(false);
      expect(await put({ ...ENTRY, revision: 3 }, { ...linked, link: undefined })).toBe(false);
      expect(await put({ ...ENTRY, revision: 3 }, { ...linked, link: { userId: 'user_b', at: 1 } })).toBe(false);
      expect(await roster.get(email)).toEqual(linked);
    });

    it('keeps of a link whether it gave the cohort', async () => {
      const giving: RosterEntry = { ...linked, link: { userId: 'user_ada', at: NOW, gaveCohort: true } };
      await put(giving);
      expect(await roster.get(email)).toEqual(giving);
      await put({ ...linked, revision: 3 }, giving);
      expect(await roster.get(email)).toEqual({ ...linked, revision: 3 });
    });

    it('lets what an entry no longer has go', async () => {
      await put(linked);
      await put({ ...ENTRY, cohort: undefined, attributes: {}, revision: 3 }, linked);
      expect(await roster.get(email)).toEqual({ ...ENTRY, cohort: undefined, attributes: {}, revision: 3 });
    });

    it('deletes an entry only as it was read, and takes another one afterwards', async () => {
      await put(linked);
      expect(await roster.change({ email, before: ENTRY, after: undefined })).toBe(false);
      expect(await roster.change({ email, before: linked, after: undefined })).toBe(true);
      expect(await roster.get(email)).toBeUndefined();
      expect(await put(ENTRY)).toBe(true);
    });

    it('lists entries by address, page by page, in the order of their bytes', async () => {
      const emails = ['a@x', 'b@x', 'b@x.y', 'z@x', 'é@x', '漢@x', '\u{1F600}@x', '\uFF5E@x'].toSorted((a, b) =>
        Buffer.compare(Buffer.from(a), Buffer.from(b)),
      );
      for (const each of emails.toReversed()) await put({ ...ENTRY, email: each });
      await expect
        .poll(() => roster.list({ limit: 100 }), { timeout: 10_000 })
        .toMatchObject({
          entries: emails.map((each) => ({ email: each })),
          next: undefined,
        });
      const seen: string[] = [];
      for (let after: string | undefined = ''; after !== undefined;) {
        const page = await roster.list({ limit: 3, ...(after !== '' && { after }) });
        seen.push(...page.entries.map((entry) => entry.email));
        after = page.next;
      }
      expect(seen).toEqual(emails);
    });

    const write = (changes: Parameters<RosterStore['change']>[0][], link: string | undefined) =>
      users.write(aWrite(aUser('user_ada'), undefined, { roster: { link, changes } }));

    it('changes with a user, whose item says which entry is hers', async () => {
      await put(ENTRY);
      const user = written(await write([{ email, before: ENTRY, after: linked }], email));
      expect(user.rosterEmail).toBe(email);
      expect(await users.get('user_ada', { consistent: true })).toEqual(user);
      expect(await roster.get(email)).toEqual(linked);
      const again = written(await users.write(aWrite(aUser('user_ada'), user)));
      expect(again.rosterEmail).toBe(email);
      const free = written(
        await users.write(aWrite(aUser('user_ada'), again, { roster: { link: undefined, changes: [] } })),
      );
      expect(free.rosterEmail).toBeUndefined();
    });

    it('makes neither the entry nor the user when one of the two is not as it was read', async () => {
      await put(ENTRY);
      expect(await write([{ email, before: undefined, after: linked }], email)).toEqual({
        status: 'names-changed',
        seen: [],
      });
      expect(await users.get('user_ada', { consistent: true })).toBeUndefined();
      await users.write(aWrite(aUser('user_ada')));
      expect(await write([{ email, before: ENTRY, after: linked }], email)).toMatchObject({ status: 'lost' });
      expect(await roster.get(email)).toEqual(ENTRY);
    });

    it('lets an entry go with a user, and takes a new one at once', async () => {
      await put(linked);
      const user = written(await write([{ email, before: linked, after: undefined }], undefined));
      expect(await roster.get(email)).toBeUndefined();
      await expect
        .poll(() => roster.list({ limit: 10 }), { timeout: 10_000 })
        .toEqual({ entries: [], next: undefined });
      const after = { ...ENTRY, link: { userId: 'user_ada', at: NOW } };
      const next = aWrite(aUser('user_ada'), user, {
        roster: { link: email, changes: [{ email, before: undefined, after }] },
      });
      written(await users.write(next));
      expect(await roster.get(email)).toEqual(after);
      await roster.sweep(email);
      expect(await roster.get(email)).toEqual(after);
    });

    it('sweeps what is left of an entry, and nothing else', async () => {
      await roster.sweep(email);
      await put(linked);
      await write([{ email, before: linked, after: undefined }], undefined);
      await roster.sweep(email);
      expect(await roster.get(email)).toBeUndefined();
    });

    it('forgets the address with a user who is erased', async () => {
      const user = written(await write([], email));
      const tombstone = { deletedAt: NOW, erasedAt: NOW };
      await users.write(aWrite({ ...aUser('user_ada'), tombstone }, user, { erase: { expiresAt: undefined } }));
      expect((await users.get('user_ada', { consistent: true }))?.rosterEmail).toBeUndefined();
    });

    it('gives up when it is told to', async () => {
      const signal = AbortSignal.abort(new Error('No time is left.'));
      await expect(roster.get(email, { signal })).rejects.toThrow(StoreUnavailable);
      await expect(roster.list({ limit: 1 }, { signal })).rejects.toThrow(StoreUnavailable);
      await expect(roster.change({ email, before: undefined, after: ENTRY }, { signal })).rejects.toThrow(
        StoreUnavailable,
      );
      await expect(roster.sweep(email, { signal })).rejects.toThrow(StoreUnavailable);
    });
  });
}
