import * as z from 'zod/mini';
import { countQuarantine } from '../../shared/sync/events/count-quarantine.ts';
import { orInstanceOfKey } from '../../shared/sync/events/instance-of-key.ts';
import { replayEvent } from '../../shared/sync/events/replay-event.ts';
import { encodeCursor, PAGE_QUERY, pageOf, readQuery } from '../http/query.ts';
import type { Action } from './action.ts';
import { answered, refusedAs, refusedWith } from './action.ts';
import { readNothing } from './body.ts';
import { listEvents } from './list-events.ts';
import { messageIdIn } from './path.ts';

const listQuery = z.strictObject({
  ...PAGE_QUERY,
  user: z.optional(z.string().check(z.refine((id) => /^user_\w{1,100}$/.test(id), 'must be the id of a user, user_…'))),
});

/** `GET /admin/quarantine`: what waits, the oldest first, and why; nothing of what it says. */
export const listQuarantine: Action = {
  name: 'list-quarantine',
  changes: false,
  async run(event, { quarantine }) {
    const query = readQuery(event, listQuery);
    if (!query.ok) return refusedWith(query.answer);
    const { user, ...page } = query.value;
    const { events, unreadable, next } = await listEvents(quarantine, pageOf(page), user);
    const odd = unreadable.map(({ id, unreadable: problem }) => ({ id, problem }));
    const body = { events, ...(odd.length > 0 && { unreadable: odd }), next: encodeCursor(next) };
    return answered(200, body, 'shown');
  },
};

/** `POST /admin/quarantine/{id}/replay`: applies the event once more. 409 where it still cannot be, and stays. */
export const replayOne: Action = {
  name: 'replay-event',
  changes: true,
  target: messageIdIn,
  async run(event, deps) {
    const id = messageIdIn(event);
    if (id === undefined) return refusedAs('not_in_quarantine');
    const refusal = readNothing(event);
    if (refusal) return refusal;
    // Before the first run has claimed the table, an event of another instance must not make a user here either.
    const instance = orInstanceOfKey(deps.instance, deps.directory);
    const replayed = await replayEvent(id, { ...deps, instance });
    switch (replayed.status) {
      case 'done':
        await countQuarantine(deps, new Set([id]));
        return answered(200, { id, outcome: replayed.outcome }, replayed.outcome);
      case 'unusable':
        return refusedAs('event_unusable', `The event cannot be applied, and stays in quarantine: ${replayed.reason}.`);
      case 'again':
        return refusedAs('unavailable');
      case 'unknown':
        return refusedAs('not_in_quarantine');
      default:
        return replayed satisfies never;
    }
  },
};

/** `POST /admin/quarantine/{id}/dismiss`: lets an event go, unapplied. */
export const dismissEvent: Action = {
  name: 'dismiss-event',
  changes: true,
  target: messageIdIn,
  async run(event, deps) {
    const id = messageIdIn(event);
    const refusal = readNothing(event);
    if (refusal) return refusal;
    if (id === undefined || !(await deps.quarantine.dismiss(id))) return refusedAs('not_in_quarantine');
    await countQuarantine(deps, new Set([id]));
    return answered(200, { id, outcome: 'dismissed' }, 'dismissed');
  },
};
