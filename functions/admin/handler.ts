import middy from '@middy/core';
import { createCallBucket } from '../../shared/adapters/clerk/call-bucket.ts';
import { parseWebhookEvent as parse } from '../../shared/adapters/clerk/webhook-event.ts';
import { createDynamoDbAuditStore } from '../../shared/adapters/dynamodb/audit-store.ts';
import { createDynamoDbConflictList } from '../../shared/adapters/dynamodb/conflict-list.ts';
import { createDynamoDbInstanceStore } from '../../shared/adapters/dynamodb/instance-store.ts';
import { createDynamoDbQuarantine } from '../../shared/adapters/dynamodb/quarantine.ts';
import { createDynamoDbRosterStore } from '../../shared/adapters/dynamodb/roster-store.ts';
import { createDynamoDbRunHistory } from '../../shared/adapters/dynamodb/run-history.ts';
import { createDynamoDbRunStore } from '../../shared/adapters/dynamodb/run-store.ts';
import { createLambdaClient } from '../../shared/adapters/lambda/client.ts';
import { createLambdaRunStarter } from '../../shared/adapters/lambda/run-starter.ts';
import { pick } from '../../shared/adapters/secrets/secrets.ts';
import { parseAdminConfig } from '../../shared/config/config.ts';
import type { HttpAnswer, HttpEvent } from '../http/event.ts';
import { answerErrors } from '../middleware/answer-errors.ts';
import { flushMetrics } from '../middleware/flush-metrics.ts';
import { nameRequests } from '../middleware/name-requests.ts';
import { requestParts } from '../wiring/request-parts.ts';
import { DENIALS } from './authenticate.ts';
import { adminApi } from './route-admin.ts';

const { roster, reconcilerArn, ...config } = parseAdminConfig(process.env);
const table = { requestTimeoutMs: 1_500, connectionTimeoutMs: 1_000, maxAttempts: 3 };
// An action asks twice, whose instance this is and who the user is; half of what Clerk grants a development instance.
const clerkCalls = { callsPerSecond: 5, burst: 20 };
const parts = requestParts('admin', { ...config, roster }, { table, clerkTimeoutMs: 4_000, clerkCalls });
const api = adminApi({
  ...parts,
  parse,
  keys: pick(parts.secrets, ({ adminKeyHashes }) => adminKeyHashes),
  attempts: createCallBucket({ clock: parts.clock, ...DENIALS }),
  audit: createDynamoDbAuditStore(parts.table),
  history: createDynamoDbRunHistory(parts.table),
  runs: createDynamoDbRunStore(parts.table),
  starter: createLambdaRunStarter({ client: createLambdaClient(), reconcilerArn }),
  conflicts: createDynamoDbConflictList(parts.table),
  quarantine: createDynamoDbQuarantine(parts.table),
  instance: createDynamoDbInstanceStore(parts.table),
  // Also where nobody is linked: people may be registered first, and an erasure lets go of links of before.
  roster: {
    store: createDynamoDbRosterStore(parts.table),
    isOn: roster !== undefined,
    cohort: roster?.cohort ?? {},
  },
});

export const handler = middy<HttpEvent, HttpAnswer>({ timeoutEarlyInMillis: 0 })
  .use(nameRequests(parts.log))
  .use(flushMetrics(parts.metrics))
  .use(answerErrors(parts.log))
  .handler((event) => api(event));
