import { beforeEach, describe, expect, it } from 'vitest';
import type {
  Quarantine,
  QuarantinedEvent,
  QuarantineEntry,
  QuarantineListing,
} from '../../../shared/ports/quarantine.ts';
import { isReadable } from '../../../shared/ports/unreadable.ts';
import { NOW } from './users.ts';

export interface QuarantineWorld {
  readonly quarantine: Quarantine;
  /** Sets the adapter's clock, ms. */
  setClock(ms: number): void;
}

const EVENT: QuarantinedEvent = {
  id: 'msg_1',
  body: '{ "type":"user.updated",\n "data": {"first_name":"Zoë 👩🏽‍🚀"} }',
  reason: 'no-id',
  firstAt: NOW,
  userId: undefined,
};

const DAY_MS = 86_400_000;

/** What every quarantine does. @param open a world with an empty quarantine */
export function describeQuarantine(name: string, open: () => Promise<QuarantineWorld>): void {
  describe(`quarantine: ${name}`, () => {
    let world: QuarantineWorld;
    let quarantine: Quarantine;
    beforeEach(async () => {
      world = await open();
      quarantine = world.quarantine;
    });

    it('has no event that nobody put there', async () => {
      expect(await quarantine.get('msg_1')).toBeUndefined();
    });

    it('keeps an event with its body to the letter', async () => {
      await quarantine.put(EVENT);
      await quarantine.put({ ...EVENT, id: 'msg_2', userId: 'user_ada' });
      expect(await quarantine.get('msg_1')).toEqual(EVENT);
      expect(await quarantine.get('msg_2')).toEqual({ ...EVENT, id: 'msg_2', userId: 'user_ada' });
    });

    it('keeps a body of 256 KB', async () => {
      const body = JSON.stringify({ text: 'x'.repeat(256 * 1024 - 11) });
      await quarantine.put({ ...EVENT, body });
      expect((await quarantine.get('msg_1'))?.body).toBe(body);
    });

    it('lets the first time and reason of a message stand', async () => {
      await quarantine.put(EVENT);
      await quarantine.put({ ...EVENT, reason: 'another-instance', firstAt: NOW + 1000 });
      expect(await quarantine.get('msg_1')).toEqual(EVENT);
    });

    const list = async (listing: QuarantineListing = {}): Promise<QuarantineEntry[]> => {
      const entries: QuarantineEntry[] = [];
      for await (const entry of quarantine.list(listing)) if (isReadable(entry)) entries.push(entry);
      return entries;
    };

    it('has nothing to list while nothing waits', async () => {
      expect(await list()).toEqual([]);
    });

    it('lists what waits, oldest first and of one moment in a fixed order, without any of what it says', async () => {
      const entries: QuarantineEntry[] = [
        { id: 'msg_z', firstAt: NOW - 5, userId: 'user_b' },
        { id: 'msg_b', firstAt: NOW, userId: undefined },
        { id: 'msg_c', firstAt: NOW, userId: 'user_a' },
        { id: 'msg_a', firstAt: NOW, userId: 'user_ab' },
        { id: 'msg_d', firstAt: NOW, userId: 'user_ab' },
        { id: 'msg_y', firstAt: NOW + 5, userId: undefined },
      ];
      for (const at of [3, 0, 5, 1, 4, 2]) await quarantine.put({ ...EVENT, ...entries[at]! });
      expect(await list()).toEqual(entries);
    });

    it('lists page after page, each page behind the last entry of the one before', async () => {
      const ids = Array.from({ length: 11 }, (_, number) => `msg_${String(number).padStart(2, '0')}`);
      for (const [at, id] of ids.entries()) await quarantine.put({ ...EVENT, id, firstAt: NOW + (at >> 1) });
      const pages: string[][] = [];
      for (let after: QuarantineEntry | undefined; ;) {
        const page = (await list(after ? { after } : {})).slice(0, 4);
        if (page.length === 0) break;
        pages.push(page.map(({ id }) => id));
        after = page.at(-1);
      }
      expect(pages).toEqual([ids.slice(0, 4), ids.slice(4, 8), ids.slice(8)]);
    });

    it('lists the events about one user, and of nobody whose id begins like hers', async () => {
      const owners = ['user_ada', undefined, 'user_adam', 'user_ada'];
      for (const [at, userId] of owners.entries())
        await quarantine.put({ ...EVENT, id: `msg_${at}`, firstAt: NOW + at, userId });
      expect((await list({ userId: 'user_ada' })).map(({ id }) => id)).toEqual(['msg_0', 'msg_3']);
      expect(await list({ userId: 'user_ad' })).toEqual([]);
    });

    it('lists no event that is past its 30 days, and every other', async () => {
      await quarantine.put({ ...EVENT, id: 'msg_older', firstAt: NOW });
      await quarantine.put({ ...EVENT, id: 'msg_newer', firstAt: NOW + 1000 });
      world.setClock(NOW + 30 * DAY_MS - 1);
      expect((await list()).map(({ id }) => id)).toEqual(['msg_older', 'msg_newer']);
      world.setClock(NOW + 30 * DAY_MS);
      expect((await list()).map(({ id }) => id)).toEqual(['msg_newer']);
    });

    it('lets go of an event that is dismissed, and of no other', async () => {
      await quarantine.put({ ...EVENT, userId: 'user_ada' });
      await quarantine.put({ ...EVENT, id: 'msg_2' });
      expect(await quarantine.dismiss('msg_1')).toBe(true);
      expect(await quarantine.get('msg_1')).toBeUndefined();
      expect((await list()).map(({ id }) => id)).toEqual(['msg_2']);
    });

    it('knows what was dismissed by a clock that is ahead of its own, and keeps it when it comes again', async () => {
      await quarantine.put(EVENT);
      world.setClock(NOW + 2_000);
      await quarantine.dismiss('msg_1');
      world.setClock(NOW);
      expect(await quarantine.get('msg_1')).toBeUndefined();
      expect(await quarantine.dismiss('msg_1')).toBe(false);
      await quarantine.put({ ...EVENT, firstAt: NOW + 1 });
      expect(await quarantine.get('msg_1')).toEqual({ ...EVENT, firstAt: NOW + 1 });
    });

    it('has nothing to dismiss where nothing is, any more or at all', async () => {
      expect(await quarantine.dismiss('msg_1')).toBe(false);
      expect(await quarantine.get('msg_1')).toBeUndefined();
      await quarantine.put(EVENT);
      await quarantine.dismiss('msg_1');
      expect(await quarantine.dismiss('msg_1')).toBe(false);
      await quarantine.put({ ...EVENT, id: 'msg_old' });
      world.setClock(NOW + 30 * DAY_MS);
      expect(await quarantine.dismiss('msg_old')).toBe(false);
    });

    it('takes a message anew after it was dismissed', async () => {
      await quarantine.put(EVENT);
      await quarantine.dismiss('msg_1');
      const again = { ...EVENT, reason: 'another-instance', firstAt: NOW + 1000, userId: 'user_ada' };
      await quarantine.put(again);
      expect(await quarantine.get('msg_1')).toEqual(again);
      expect(await list()).toEqual([{ id: 'msg_1', firstAt: NOW + 1000, userId: 'user_ada' }]);
    });

    it('forgets an event after 30 days, and takes it anew', async () => {
      await quarantine.put(EVENT);
      world.setClock(NOW + 30 * DAY_MS - 1000);
      expect(await quarantine.get('msg_1')).toEqual(EVENT);
      world.setClock(NOW + 30 * DAY_MS);
      expect(await quarantine.get('msg_1')).toBeUndefined();
      const again = { ...EVENT, reason: 'another-instance', firstAt: NOW + 30 * DAY_MS };
      await quarantine.put(again);
      expect(await quarantine.get('msg_1')).toEqual(again);
    });
  });
}
