import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { refusalOf } from '../../shared/domain/standing.ts';
import type { MirroredUser } from '../../shared/domain/user.ts';
import type { UserDirectory } from '../../shared/ports/user-directory.ts';
import type { AuthorizedEvent } from '../../shared/request/current-user.ts';
import { currentUser } from '../../shared/request/current-user.ts';
import type { RequestUser } from '../../shared/request/request-user.ts';
import { requestUser } from '../../shared/request/request-user.ts';
import type { SyncDependencies } from '../../shared/sync/apply-snapshot.ts';
import { applySnapshot } from '../../shared/sync/apply-snapshot.ts';
import { readUser } from '../../shared/sync/read-user.ts';
import { errorAnswer, jsonAnswer } from '../middleware/answer.ts';

export interface UsersDependencies extends SyncDependencies {
  readonly directory: UserDirectory;
}

/** Time for the table, ms. */
const BUDGET_MS = 5_000;

/**
 * `GET /users/me`: the signed-in user as the mirror has her now, fetched from Clerk and created if the mirror has none. It
 * sits behind the authorizer that only verifies, and does the syncing itself.
 * 404 only when Clerk has none either, 403 when she was deleted or banned since she was let in, 503 when neither can be asked.
 */
export async function getMe(
  event: AuthorizedEvent,
  deps: UsersDependencies,
): Promise<APIGatewayProxyStructuredResultV2> {
  const caller = currentUser(event);
  const stored = await deps.store.get(caller.id);
  return stored ? answerUser(stored, caller) : fetchMe(caller, deps);
}

async function fetchMe(caller: RequestUser, deps: UsersDependencies): Promise<APIGatewayProxyStructuredResultV2> {
  deps.metrics.record('AutoSync', 1);
  const read = await readUser(deps, caller.id, 'none');
  if (read === 'absent') return errorAnswer(404, 'user_not_found', 'Clerk has no such user.');
  if (read === 'unavailable') return unavailable();
  const result = await applySnapshot(deps, read, { path: 'on-demand', budgetMs: BUDGET_MS });
  return result.status === 'settled' ? answerUser(result.user, caller) : unavailable();
}

/** She was let in a moment ago, and may have been deleted or banned since. */
function answerUser(user: MirroredUser, { actor }: RequestUser): APIGatewayProxyStructuredResultV2 {
  const refusal = refusalOf(user);
  return refusal
    ? errorAnswer(403, `user_${refusal}`, `This user has been ${refusal}.`)
    : jsonAnswer(200, requestUser(user, true, actor));
}

function unavailable(): APIGatewayProxyStructuredResultV2 {
  return errorAnswer(503, 'unavailable', 'The user cannot be read right now. Try again later.', { 'retry-after': '5' });
}
