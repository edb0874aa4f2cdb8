import { arnLike } from '../arn.ts';
import { asRecord, asText, isRecord, texts } from '../json.ts';
import type { JsonRecord } from '../json.ts';
import type { AuthorizerContext } from './route-request.ts';

export type Verdict = ({ readonly allowed: true } & AuthorizerContext) | { readonly allowed: false };

/** API Gateway's quota for an authorizer's answer, in bytes. */
const LARGEST_ANSWER = 8 * 1024;

/**
 * Reads what an authorizer function answered.
 * @param simple Whether the authorizer answers `{ isAuthorized, context }` instead of an IAM policy.
 * @param arn What is called; a policy is judged against it, also one from the cache.
 * @returns undefined when the answer has no valid shape, or is too large.
 */
export function verdictOf(answer: unknown, simple: boolean, arn: string): Verdict | undefined {
  if (!isRecord(answer) || Buffer.byteLength(JSON.stringify(answer)) > LARGEST_ANSWER) return undefined;
  const context = asRecord(answer['context']);
  if (simple) {
    const allowed = answer['isAuthorized'];
    if (typeof allowed !== 'boolean') return undefined;
    return allowed ? { allowed, context, principalId: undefined } : { allowed };
  }
  const principalId = asText(answer['principalId']);
  const policy = answer['policyDocument'];
  if (principalId === undefined || !isRecord(policy)) return undefined;
  return permits(policy, arn) ? { allowed: true, context, principalId } : { allowed: false };
}

/** An explicit `Deny` decides; without any `Allow` nothing is allowed. */
function permits(policy: JsonRecord, arn: string): boolean {
  const statements = [policy['Statement']].flat().filter(isRecord);
  const effects = statements.filter((statement) => covers(statement, arn)).map((statement) => statement['Effect']);
  return effects.includes('Allow') && !effects.includes('Deny');
}

function covers(statement: JsonRecord, arn: string): boolean {
  const actions = texts([statement['Action']].flat());
  const resources = texts([statement['Resource']].flat());
  return (
    actions.some((action) => arnLike(action, 'execute-api:Invoke')) &&
    resources.some((pattern) => arnLike(pattern, arn))
  );
}
