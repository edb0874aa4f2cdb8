import * as z from 'zod/mini';
import type { AuditEntry } from '../../shared/ports/audit-store.ts';
import type { auditListSchema } from '../http/schemas/admin-answers.ts';
import { encodeCursor, PAGE_QUERY, pageOf, readQuery } from '../http/query.ts';
import { readSince } from '../reconciler/run-request.ts';
import type { Action } from './action.ts';
import { answered, refusedWith } from './action.ts';

const query = z.strictObject({
  ...PAGE_QUERY,
  from: z.optional(
    z.pipe(
      z
        .string()
        .check(z.refine((text) => readSince(text) !== undefined, 'must be a time such as 2026-11-25T08:00:00Z')),
      z.transform((text: string) => readSince(text)),
    ),
  ),
});

/** `GET /admin/audit`: what was done, the latest first, by whom and what came of it. */
export const listAudit: Action = {
  name: 'list-audit',
  changes: false,
  async run(event, { audit }) {
    const asked = readQuery(event, query);
    if (!asked.ok) return refusedWith(asked.answer);
    const { from, ...page } = asked.value;
    const { items, next } = await audit.list({ ...pageOf(page), ...(from !== undefined && { from }) });
    return answered(200, { entries: items.map(shownEntry), next: encodeCursor(next) }, 'shown');
  },
};

function shownEntry(entry: AuditEntry): z.infer<typeof auditListSchema>['entries'][number] {
  const { id, at, keyId, action, target = null, result, status = null } = entry;
  return { id, at: new Date(at).toISOString(), keyId, action, target, result, status };
}
