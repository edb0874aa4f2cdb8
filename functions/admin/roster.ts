import * as z from 'zod/mini';
import type { RosterEntry } from '../../shared/domain/roster.ts';
import { deleteEntry } from '../../shared/sync/roster/delete-entry.ts';
import type { Linked } from '../../shared/sync/roster/link-roster.ts';
import { linkRoster } from '../../shared/sync/roster/link-roster.ts';
import { putEntry } from '../../shared/sync/roster/put-entry.ts';
import { unlinkRoster } from '../../shared/sync/roster/unlink-roster.ts';
import { readJson } from '../http/json-body.ts';
import { encodeCursor, PAGE_QUERY, pageOf, readQuery } from '../http/query.ts';
import type { rosterEntrySchema } from '../http/schemas/admin-answers.ts';
import { linkRequestSchema, rosterEntryRequestSchema } from '../http/schemas/admin-requests.ts';
import type { HttpEvent } from '../http/event.ts';
import type { Action, ActionResult } from './action.ts';
import type { AdminDependencies } from './dependencies.ts';
import { answered, refusedAs, refusedWith } from './action.ts';
import { readNothing } from './body.ts';
import { emailIn, hashOfAddress } from './path.ts';

const JSON_BODY = { mediaTypes: ['application/json'] };

/** What changes the entry of the address in the path; its record names the address by a hash. */
function entryAction(
  name: string,
  work: (email: string, event: HttpEvent, deps: AdminDependencies) => Promise<ActionResult>,
): Action {
  return {
    name,
    changes: true,
    target: (event) => hashOfAddress(emailIn(event)),
    async run(event, deps) {
      const email = emailIn(event);
      return email === undefined ? refusedAs('invalid_request', BAD_ADDRESS) : work(email, event, deps);
    },
  };
}

const BAD_ADDRESS = 'The path must have one email address, such as ada@example.com.';

const listQuery = z.strictObject(PAGE_QUERY);

/** `GET /admin/roster`: the pre-registered people by address. */
export const listRoster: Action = {
  name: 'list-roster',
  changes: false,
  async run(event, { roster }) {
    const query = readQuery(event, listQuery);
    if (!query.ok) return refusedWith(query.answer);
    const { entries, next } = await roster.store.list(pageOf(query.value));
    return answered(200, { entries: entries.map(shownEntry), next: encodeCursor(next) }, 'shown');
  },
};

/** `PUT /admin/roster/{email}`: registers a person, or replaces what is registered: 201 or 200, with the entry. */
export const putRosterEntry = entryAction('put-roster-entry', async (email, event, deps) => {
  const body = readJson(event, rosterEntryRequestSchema, JSON_BODY);
  if (!body.ok) return refusedWith(body.answer);
  const { cohort, attributes } = body.value;
  const input = { email, ...(cohort !== undefined && { cohort }), ...(attributes !== undefined && { attributes }) };
  const put = await putEntry(deps, input);
  if (put.status === 'invalid') return refusedAs('invalid_body', put.problems.join(' '));
  return answered(put.status === 'created' ? 201 : 200, shownEntry(put.entry), put.status);
});

/** `DELETE /admin/roster/{email}`: 409 as long as a user is linked to it. */
export const deleteRosterEntry = entryAction('delete-roster-entry', async (email, event, deps) => {
  const refusal = readNothing(event);
  if (refusal) return refusal;
  const deleted = await deleteEntry(deps, email);
  if (deleted === 'unknown-entry') return refusedAs('entry_not_found');
  return deleted === 'linked' ? refusedAs('entry_linked') : answered(200, { outcome: deleted }, deleted);
});

const LINK_REFUSALS = {
  'unknown-entry': 'entry_not_found',
  'unknown-user': 'user_not_mirrored',
  'deleted-user': 'user_is_deleted',
  'linked-to-another': 'entry_linked',
  'user-has-another': 'user_has_another_entry',
} as const satisfies Record<Exclude<Linked, 'linked' | 'already-linked'>, string>;

/** `POST /admin/roster/{email}/link`: links a user because a person says so, whatever her address is. */
export const linkRosterEntry = entryAction('link-roster-entry', async (email, event, deps) => {
  const body = readJson(event, linkRequestSchema, JSON_BODY);
  if (!body.ok) return refusedWith(body.answer);
  const linked = await linkRoster(deps, email, body.value.userId);
  if (linked === 'linked' || linked === 'already-linked') return answered(200, { outcome: linked }, linked);
  return refusedAs(LINK_REFUSALS[linked]);
});

/** `POST /admin/roster/{email}/unlink`: for whoever verifies the address next, or a link by hand. */
export const unlinkRosterEntry = entryAction('unlink-roster-entry', async (email, event, deps) => {
  const refusal = readNothing(event);
  if (refusal) return refusal;
  const unlinked = await unlinkRoster(deps, email);
  if (unlinked === 'unknown-entry') return refusedAs('entry_not_found');
  return unlinked === 'not-linked' ? refusedAs('entry_not_linked') : answered(200, { outcome: unlinked }, unlinked);
});

function shownEntry(entry: RosterEntry): z.infer<typeof rosterEntrySchema> {
  const { email, cohort = null, attributes, origin, link, createdAt, updatedAt } = entry;
  return {
    email,
    cohort,
    attributes: { ...attributes },
    origin,
    linkedUserId: link?.userId ?? null,
    linkedAt: link ? new Date(link.at).toISOString() : null,
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
  };
}
