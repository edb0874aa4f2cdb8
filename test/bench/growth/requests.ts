import { webhookEvent } from '../events.ts';
import { ownUserEvent } from '../measurements/users.ts';
import { userOf } from '../population.ts';
import type { Job, JobReport } from '../process/messages.ts';
import type { LoadedReconciler } from '../reconcilers.ts';
import { OURS, USERS, WEBHOOK } from '../subjects.ts';
import type { Subject } from '../subjects.ts';
import { authorizerEvent } from '../tokens.ts';
import type { World } from '../world.ts';

/** A request over a table of many users: what is sent to whom, and how one tells that it was answered as it should be. */
export interface RequestPath {
  readonly name: 'authorizer' | 'webhook' | 'users.me';
  readonly subject: Subject;
  readonly job: (requests: number) => Job;
  readonly answered: (report: JobReport) => number;
}

/** No two events tell the same. */
let told = 0;

/** Requests of one user from the middle of the table: unchanged, changed by an event, and asking for herself. */
export function requestPaths({ issuer }: World, { users, subject, clerk }: LoadedReconciler): readonly RequestPath[] {
  const user = userOf(users, Math.floor(users / 2));
  // An event changes another user than the one whose token must bring nothing new.
  const changing = userOf(users, Math.floor(users / 2) + 1);
  const over = (entry: Subject): Subject => ({ ...entry, sharesTableOf: subject });
  const ownIssuer = { ...issuer, instanceId: clerk.instanceId };
  const change = (): object => {
    told += 1;
    const changed = { ...changing, lastName: `Example ${told}`, updatedAt: changing.updatedAt + told * 1_000 };
    return webhookEvent(ownIssuer, 'user.updated', changed);
  };
  return [
    {
      name: 'authorizer',
      subject: over(OURS),
      job: (times) => ({ events: [authorizerEvent(issuer.token(user))], times }),
      answered: ({ allowed }) => allowed,
    },
    {
      name: 'webhook',
      subject: over(WEBHOOK),
      job: (times) => ({
        events: Array.from({ length: times }, change),
        times: 1,
        expectedBody: JSON.stringify({ outcome: 'updated' }),
      }),
      answered: ({ asExpected }) => asExpected,
    },
    {
      name: 'users.me',
      subject: over(USERS),
      job: (times) => ({ events: [ownUserEvent(user.id)], times, expectedText: `"email":"${user.email}"` }),
      answered: ({ asExpected }) => asExpected,
    },
  ];
}

/**
 * @returns the report
 * @throws when a request was not answered as it should be: something else would have been measured
 */
export async function runPath(
  started: { readonly run: (job: Job) => Promise<JobReport> },
  { name, job, answered }: RequestPath,
  requests: number,
): Promise<JobReport> {
  const report = await started.run(job(requests));
  if (answered(report) === requests) return report;
  throw new Error(
    `Of ${requests} requests (${name}) ${answered(report)} were answered well: ${JSON.stringify(report.outcome)}`,
  );
}
