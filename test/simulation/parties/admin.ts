import middy from '@middy/core';
import { DENIALS } from '../../../functions/admin/authenticate.ts';
import { adminApi } from '../../../functions/admin/route-admin.ts';
import type { HttpAnswer, HttpEvent } from '../../../functions/http/event.ts';
import { answerErrors } from '../../../functions/middleware/answer-errors.ts';
import { createCallBucket } from '../../../shared/adapters/clerk/call-bucket.ts';
import { createMemoryConflictList } from '../../../shared/adapters/memory/conflict-list.ts';
import { createMemoryRunHistory } from '../../../shared/adapters/memory/run-history.ts';
import { pick } from '../../../shared/adapters/secrets/secrets.ts';
import type { RunRequest } from '../../../shared/ports/run-starter.ts';
import { RunNotStarted } from '../../../shared/ports/run-starter.ts';
import { auditPort } from '../ports/audit-port.ts';
import type { Stage } from './stage.ts';
import { CONTEXT, secretsOf } from './stage.ts';
import { eventDependenciesOf } from './webhook.ts';

/** Lambda takes a run on, or does not. */
export type StartRun = (request: RunRequest & { readonly runId: string }) => boolean;

/** A container of the administrative API, wired as `functions/admin/handler.ts` does. */
export function createAdmin(stage: Stage, start: StartRun): (event: HttpEvent) => Promise<HttpAnswer> {
  const parts = eventDependenciesOf(stage, 'admin');
  const audit = auditPort(stage);
  const api = adminApi({
    ...parts,
    keys: pick(secretsOf(stage), ({ adminKeyHashes }) => adminKeyHashes),
    attempts: createCallBucket({ clock: parts.clock, ...DENIALS }),
    audit: stage.seams.audit?.(audit) ?? audit,
    history: createMemoryRunHistory(parts.runs),
    conflicts: createMemoryConflictList(parts.store),
    starter: {
      start: async (runId, request) => {
        await parts.timers.sleep(stage.scheduler.party?.draws.between(5, 40) ?? 5);
        if (!start({ ...request, runId }))
          throw new RunNotStarted('The reconciler did not take the run on (Throttled).');
      },
    },
  });
  const handler = middy<HttpEvent, HttpAnswer>({ timeoutEarlyInMillis: 0 })
    .use(answerErrors(stage.log))
    .handler((event) => api(event));
  return (event) => handler(event, CONTEXT);
}
