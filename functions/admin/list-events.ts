import type * as z from 'zod/mini';
import type { PageRequest } from '../../shared/ports/page.ts';
import type { Quarantine, QuarantineEntry } from '../../shared/ports/quarantine.ts';
import type { Unreadable } from '../../shared/ports/unreadable.ts';
import { isReadable } from '../../shared/ports/unreadable.ts';
import type { quarantineListSchema } from '../http/schemas/admin-answers.ts';

type ShownEvent = z.infer<typeof quarantineListSchema>['events'][number];

export interface ListedEvents {
  readonly events: readonly ShownEvent[];
  /** What was met on the way and is no event, at most as many as a page has. */
  readonly unreadable: readonly Unreadable[];
  readonly next: string | undefined;
}

/** One page of what waits. `next` says where it goes on: the time, the user and the id of the last event. */
export async function listEvents(
  quarantine: Pick<Quarantine, 'list' | 'get'>,
  { limit, after }: PageRequest,
  userId: string | undefined,
): Promise<ListedEvents> {
  const behind = after === undefined ? undefined : entryOf(after);
  const listing = { ...(behind && { after: behind }), ...(userId !== undefined && { userId }) };
  const entries: QuarantineEntry[] = [];
  const unreadable: Unreadable[] = [];
  for await (const entry of quarantine.list(listing)) {
    if (isReadable(entry)) entries.push(entry);
    else if (unreadable.length < limit) unreadable.push(entry);
    if (entries.length > limit) break;
  }
  const shown = entries.slice(0, limit);
  const last = shown.at(-1);
  const events = await Promise.all(shown.map((entry) => show(quarantine, entry)));
  return {
    events: events.filter((event) => event !== undefined),
    unreadable,
    next: last && entries.length > limit ? textOf(last) : undefined,
  };
}

/** The list may lag: an event that has been taken out since is not shown. */
async function show(
  quarantine: Pick<Quarantine, 'get'>,
  { id, firstAt, userId }: QuarantineEntry,
): Promise<ShownEvent | undefined> {
  const event = await quarantine.get(id);
  return event && { id, firstAt: new Date(firstAt).toISOString(), userId: userId ?? null, reason: event.reason };
}

function textOf({ firstAt, userId = '', id }: QuarantineEntry): string {
  return `${firstAt}#${userId}#${id}`;
}

/** A list that goes on behind what no list has shown begins at its beginning. */
function entryOf(text: string): QuarantineEntry | undefined {
  const [, firstAt = '', userId, id = ''] = /^(\d{1,13})#([^#]*)#(.+)$/.exec(text) ?? [];
  return id === '' ? undefined : { firstAt: Number(firstAt), userId: userId === '' ? undefined : userId, id };
}
