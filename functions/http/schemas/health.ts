import * as z from 'zod/mini';

const described = <T extends z.ZodMiniType>(schema: T, description: string): T => schema.check(z.describe(description));

const indicatorSchema = z.object({
  status: z.enum(['up', 'down', 'unknown']),
  failureRate: z.optional(described(z.number(), 'Failed attempts of all, 0 to 1; absent where it cannot be known.')),
  attempts: z.optional(described(z.int(), 'Requests and events that were not turned away.')),
  failed: z.optional(z.int()),
  windowMinutes: described(z.int(), 'The time that is looked at.'),
  leastAttempts: described(z.int(), 'Fewer attempts than this never make it `down`.'),
});

const indicatorsSchema = z.object({ userSync: z.optional(indicatorSchema) });

/** What `GET /health` answers, in the shape that health checks of NestJS have. */
export const healthSchema = z.object({
  status: described(
    z.enum(['ok', 'error', 'unknown']),
    '`unknown`: the metrics cannot be read right now, which says nothing of the syncs.',
  ),
  info: described(indicatorsSchema, 'What is up.'),
  error: described(indicatorsSchema, 'What is down.'),
  details: z.object({ userSync: indicatorSchema }),
});

const count = z.nullable(z.int());

/** What `GET /health/user-sync` answers. */
export const userCountsSchema = z.object({
  status: described(
    z.enum(['healthy', 'warning', 'unknown']),
    '`warning`: more than ten users. `unknown`: no run has compared them within seven days, or nobody can say.',
  ),
  clerk_users: count,
  db_users: count,
  discrepancy: count,
  as_of: z.nullable(z.string().check(z.meta({ format: 'date-time' }), z.describe('When a run last compared them.'))),
});
