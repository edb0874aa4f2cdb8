import { refusalOf } from '../../shared/domain/standing.ts';
import type { MirroredUser } from '../../shared/domain/user.ts';
import type { RequestUser } from '../../shared/request/request-user.ts';
import { requestUser } from '../../shared/request/request-user.ts';
import type { HttpAnswer } from '../http/event.ts';
import { refuse } from '../http/refusals.ts';
import { jsonAnswer } from '../middleware/answer.ts';

/** The user, or 403: she was let in a moment ago, and may have been deleted or banned since. */
export function answerUser(user: MirroredUser, caller: RequestUser): HttpAnswer {
  return answerWith(user, caller, (shown) => jsonAnswer(200, shown));
}

/** @param answer what is answered to a user in good standing */
export function answerWith(
  user: MirroredUser,
  { actor }: RequestUser,
  answer: (shown: RequestUser) => HttpAnswer,
): HttpAnswer {
  const refusal = refusalOf(user);
  return refusal ? refuse(`user_${refusal}`) : answer(requestUser(user, true, actor));
}
