import type { AuthorizerAnswer, AuthorizerContext } from '../../../functions/authorizer/answer.ts';
import { answerTo } from '../../../functions/authorizer/answer.ts';
import { createAskLimit } from '../../../functions/authorizer/ask-limit.ts';
import { authorize } from '../../../functions/authorizer/authorize.ts';
import type { AuthorizerDependencies } from '../../../functions/authorizer/dependencies.ts';
import { requestToken } from '../../../functions/authorizer/request-token.ts';
import { UNAUTHORIZED, UNAVAILABLE } from '../../../functions/authorizer/thrown-answers.ts';
import { createTokenVerifier } from '../../../shared/adapters/clerk/token-verifier.ts';
import { pick } from '../../../shared/adapters/secrets/secrets.ts';
import type { TokenVerifier } from '../../../shared/ports/token-verifier.ts';
import { httpEvent, requestEvent } from '../../support/functions/authorizer-events.ts';
import { ISSUER, PARTY } from '../../unit/clerk/support/tokens.ts';
import type { Party } from '../world/scheduler.ts';
import { verifyEachSignatureOnce } from '../world/signatures.ts';
import type { Stage } from './stage.ts';
import { requestPartsOf, secretsOf } from './stage.ts';

export type Variant = AuthorizerDependencies['variant'];

/** What API Gateway makes of the authorizer's answer. */
export type Gate =
  | { readonly verdict: 'allowed'; readonly context: AuthorizerContext }
  | { readonly verdict: '401' | '403' | '500' | 'no answer' };

/** Handles whole events of API Gateway, for an HTTP API or a REST API. */
export interface Authorizer {
  readonly ask: (party: Party, token: string, api: 'http' | 'rest') => Promise<Gate>;
}

/** A container of the authorizer, wired as `functions/authorizer/handler.ts` does. */
export function createAuthorizer(stage: Stage, variant: Variant, onStoreFailure: 'allow' | 'deny'): Authorizer {
  const parts = requestPartsOf(stage, 'authorizer');
  const keys = pick(secretsOf(stage), ({ jwtKeys }) => jwtKeys);
  const rules = { issuer: ISSUER, authorizedParties: [PARTY], missingAzp: 'deny' } as const;
  const real = watched(stage, createTokenVerifier({ ...rules, keys, clock: parts.clock }));
  const verifier = stage.seams.verifier?.(real) ?? real;
  const deps = { ...parts, variant, verifier, askLimit: createAskLimit(parts), onStoreFailure, requireEmail: true };
  return {
    ask: async (party, token, api) => {
      const authorization = `Bearer ${token}`;
      const event =
        api === 'http' ? httpEvent({ headers: { authorization } }) : requestEvent({ authorization: [authorization] });
      const answered = await stage.scheduler.invoke(party, async () => {
        try {
          return gateOf(answerTo(event, await authorize(requestToken(event, 'header'), deps)));
        } catch (error) {
          return gateOfError(error);
        }
      });
      return answered === 'died' ? { verdict: 'no answer' } : answered;
    },
  };
}

verifyEachSignatureOnce();

/** Tells what came of each token's signature. */
function watched({ scheduler, signed }: Stage, verifier: TokenVerifier): TokenVerifier {
  return {
    verify: async (text) => {
      const startedAt = scheduler.now;
      const verification = await verifier.verify(text);
      if (verification.ok || verification.reason === 'signature')
        signed({ text, startedAt, isAccepted: verification.ok });
      return verification;
    },
  };
}

function gateOf(answer: AuthorizerAnswer): Gate {
  if ('isAuthorized' in answer) {
    return answer.isAuthorized ? { verdict: 'allowed', context: answer.context } : { verdict: '403' };
  }
  const isAllowed = answer.policyDocument.Statement.every(({ Effect }) => Effect === 'Allow');
  if (!isAllowed) return { verdict: '403' };
  const user: unknown = answer.context?.['user'];
  const context = typeof user === 'string' ? { user: JSON.parse(user) as AuthorizerContext['user'] } : {};
  return { verdict: 'allowed', context: context as AuthorizerContext };
}

function gateOfError(error: unknown): Gate {
  if (error === UNAUTHORIZED) return { verdict: '401' };
  if (error === UNAVAILABLE) return { verdict: '500' };
  throw error;
}
