import * as z from 'zod/mini';
import { jsonValue } from './json-value.ts';

const described = <T extends z.ZodMiniType>(schema: T, description: string): T => schema.check(z.describe(description));

const time = z.string().check(z.meta({ format: 'date-time' }));
const count = z.number().check(z.minimum(0));
const next = described(z.nullable(z.string()), 'The `cursor` of the next page; null at the end of the list.');

/** What is answered to whoever starts a run. */
export const startedRunSchema = z.object({
  runId: described(z.string(), 'By which `GET /admin/sync-runs/{id}` tells how it stands.'),
  status: z.literal('requested'),
});

const RUN_STATUSES = ['requested', 'running', 'in-sync', 'repaired', 'drift', 'held', 'failed', 'skipped'] as const;

/** A reconcile run: counts, and never a value of a user. */
export const runSchema = z.object({
  runId: z.string(),
  mode: z.enum(['full', 'incremental', 'approve', 'user']),
  status: described(
    z.enum(RUN_STATUSES),
    '`requested`: not at work yet, it may be waiting for another run. `drift`: a dry run that found something to repair. ' +
      '`held`: deletions wait for approval. `skipped`: another run was at work.',
  ),
  startedAt: time,
  endedAt: z.nullable(time),
  dryRun: z.boolean(),
  force: z.boolean(),
  since: z.exactOptional(time),
  approves: z.exactOptional(described(z.string(), 'The held run whose deletions this one makes.')),
  userId: z.exactOptional(z.string()),
  clerkUsers: count,
  storedUsers: count,
  created: count,
  updated: count,
  deleted: count,
  restored: count,
  suspects: described(count, 'Users who are proposed for deletion.'),
  conflicts: count,
  erasedInClerk: z.exactOptional(count),
  drift: described(z.record(z.string(), count), 'Users who differed, by field.'),
  report: z.exactOptional(
    described(
      z.record(
        z.string(),
        z.object({
          users: count,
          causes: z.record(z.string(), count),
          oldestMs: z.exactOptional(z.number()),
          userIds: z.array(z.string()),
        }),
      ),
      'Who differed, in what and probably why; not in the list.',
    ),
  ),
  becauseFull: z.exactOptional(z.string()),
  heldBecause: z.exactOptional(z.string()),
  failedBecause: z.exactOptional(z.string()),
  skippedBecause: z.exactOptional(z.string()),
});

export const runListSchema = z.object({
  runs: z.array(runSchema),
  unreadable: z.exactOptional(
    described(
      z.array(z.object({ runId: z.string(), problem: z.string() })),
      'Runs of this page whose records another version has written, or a hand; absent where there are none.',
    ),
  ),
  next,
});

/** What came of something that was done to one user. */
export const userActionSchema = z.object({
  userId: z.string(),
  outcome: z.enum(['created', 'updated', 'unchanged', 'stale', 'deleted', 'restored', 'erased', 'erased-before']),
});

/** What came of something that was done to an event in quarantine. */
export const eventActionSchema = z.object({
  id: z.string(),
  outcome: z.enum(['created', 'updated', 'unchanged', 'stale', 'deleted', 'restored', 'ignored', 'dismissed']),
});

export const quarantineListSchema = z.object({
  events: z.array(
    z.object({
      id: described(z.string(), 'The `svix-id` of the message.'),
      firstAt: time,
      userId: z.nullable(z.string()),
      reason: described(z.string(), 'Why it could not be applied, in a word.'),
    }),
  ),
  unreadable: z.exactOptional(
    described(
      z.array(z.object({ id: z.string(), problem: z.string() })),
      'Items that stand among the events and are none; absent where there are none.',
    ),
  ),
  next,
});

/** A pre-registered person. */
export const rosterEntrySchema = z.object({
  email: z.string(),
  cohort: z.nullable(z.string()),
  attributes: z.record(z.string(), jsonValue),
  origin: described(z.enum(['registered', 'default']), '`default`: made for a user who was not registered.'),
  linkedUserId: z.nullable(z.string()),
  linkedAt: z.nullable(time),
  createdAt: time,
  updatedAt: time,
});

export const rosterListSchema = z.object({ entries: z.array(rosterEntrySchema), next });

export const rosterActionSchema = z.object({ outcome: z.enum(['linked', 'already-linked', 'unlinked', 'deleted']) });

const badRow = z.object({
  line: described(z.number(), 'Of the file, the header being line 1.'),
  column: z.nullable(described(z.string(), 'As the header names it; null where it is the whole row.')),
  problem: z.string(),
});

export const importAnswerSchema = z.object({
  created: count,
  updated: count,
  unchanged: count,
  refused: described(count, 'Rows that were left out; with `partial=true` alone.'),
  problems: described(z.array(badRow), 'Of those, 100 at most.'),
});

/** The refusal of a file that has bad rows: nothing of it was imported. */
export const importRefusalSchema = z.object({
  error: z.object({ code: z.literal('invalid_import'), message: z.string() }),
  problems: z.exactOptional(described(z.array(badRow), 'What is wrong, 100 at most.')),
});

export const conflictListSchema = z.object({
  conflicts: z.array(z.object({ kind: z.enum(['email', 'username']), value: z.string() })),
  next,
});

export const auditListSchema = z.object({
  entries: z.array(
    z.object({
      id: z.string(),
      at: time,
      keyId: described(z.string(), 'The first 12 digits of the hash of the key.'),
      action: z.string(),
      target: described(
        z.nullable(z.string()),
        'An id, or for a roster entry the beginning of the hash of its address.',
      ),
      result: described(z.string(), '`begun`: the record does not know what came of it; the log does.'),
      status: described(z.nullable(z.number()), 'HTTP status of the answer.'),
    }),
  ),
  next,
});
