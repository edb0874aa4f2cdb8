import * as z from 'zod/mini';
import { userSchema } from './user.ts';

/** What `POST /users/sync` answers. */
export const syncAnswerSchema = z.object({
  outcome: z
    .enum(['created', 'updated', 'unchanged', 'stale'])
    .check(z.describe('`stale`: the mirror already has something newer than what Clerk has just answered.')),
  user: userSchema,
});

/** What the webhook answers to an event that is done with. */
export const webhookAnswerSchema = z.object({
  outcome: z.enum(['created', 'updated', 'unchanged', 'stale', 'deleted', 'ignored', 'quarantined']),
});

/** A refusal of ours. */
export const errorSchema = z.object({
  error: z.object({
    code: z.string().check(z.describe('Stable, for programs.')),
    message: z.string().check(z.describe('For people. It holds nothing that was sent.')),
  }),
});

/** A refusal of API Gateway's own: it comes before any function, or in place of one that gave no answer. */
export const gatewayMessageSchema = z.object({ message: z.string() });
