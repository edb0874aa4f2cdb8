import { beforeEach, describe, expect, it } from 'vitest';
import type { Quarantine, QuarantinedEvent } from '../../../shared/ports/quarantine.ts';
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
