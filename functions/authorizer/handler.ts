import middy from '@middy/core';
import { createTokenVerifier } from '../../shared/adapters/clerk/token-verifier.ts';
import { withPacedMetric } from '../../shared/adapters/cloudwatch/paced-metric.ts';
import { pick } from '../../shared/adapters/secrets/secrets.ts';
import { parseAuthorizerConfig } from '../../shared/config/config.ts';
import { concealErrors } from '../middleware/conceal-errors.ts';
import { flushMetrics } from '../middleware/flush-metrics.ts';
import { nameRequests } from '../middleware/name-requests.ts';
import { checkAtStart } from '../wiring/check-at-start.ts';
import { requestParts } from '../wiring/request-parts.ts';
import type { AuthorizerAnswer } from './answer.ts';
import { answerTo } from './answer.ts';
import { createAskLimit } from './ask-limit.ts';
import { authorize } from './authorize.ts';
import { CLERK_BUDGET_MS } from './dependencies.ts';
import type { AuthorizerEvent } from './events.ts';
import { neededSecrets } from './needed-secrets.ts';
import { silenceRefusals } from './quiet-refusals.ts';
import { requestToken } from './request-token.ts';
import { isThrownAnswer } from './thrown-answers.ts';

const config = parseAuthorizerConfig(process.env);
const parts = requestParts('authorizer', config, {
  // The budget of a request has room for one slow answer and another attempt, which `persist` makes.
  table: { requestTimeoutMs: 350, connectionTimeoutMs: 300, maxAttempts: 1 },
  clerkTimeoutMs: CLERK_BUDGET_MS,
});
const { variant, onStoreFailure, requireEmail } = config;
const keys = pick(parts.secrets, ({ jwtKeys }) => jwtKeys);
const verifier = createTokenVerifier({ ...config, keys, clock: parts.clock });
const metrics = withPacedMetric(parts.metrics, { clock: parts.clock, name: 'AuthDenied', intervalMs: 1_000 });
const deps = { ...parts, variant, metrics, verifier, askLimit: createAskLimit(parts), onStoreFailure, requireEmail };

silenceRefusals();
await checkAtStart(pick(parts.secrets, neededSecrets(variant)), config.secrets, parts.log);

export const handler = middy<AuthorizerEvent, AuthorizerAnswer>({ timeoutEarlyInMillis: 0 })
  .use(nameRequests(parts.log))
  .use(flushMetrics(metrics))
  .use(concealErrors(parts.log, isThrownAnswer))
  .handler(async (event) => answerTo(event, await authorize(requestToken(event, config.tokenFrom), deps)));
