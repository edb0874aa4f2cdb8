/**
 * CloudWatch and Secrets Manager for the measured processes, in a process of their own and answering at once. It is told the
 * secret by its parent, tells its address, and ends with it.
 */
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { cloudWatch } from '../../../infra/local/cloud/services/cloudwatch.ts';
import { MetricStore } from '../../../infra/local/cloud/services/metric-store.ts';
import { answerError, answerOperation, ServiceError } from '../../../infra/local/cloud/services/protocol.ts';
import type { Operation } from '../../../infra/local/cloud/services/protocol.ts';
import { SecretStore } from '../../../infra/local/cloud/services/secret-store.ts';
import { secretsManager } from '../../../infra/local/cloud/services/secrets-manager.ts';
import { listen } from '../../../infra/local/http/server.ts';

export interface ServedSecret {
  readonly arn: string;
  readonly text: string;
}

const secrets = new SecretStore();
const now = (): number => Date.now();
const targets = new Map([
  ['GraniteServiceVersion20100801', cloudWatch(new MetricStore(), { now, ahead: () => 0 }, () => [])],
  ['secretsmanager', secretsManager(secrets, now)],
]);
const server = createServer((request, response) => {
  answerOperation(request, response, operationOf(request)).catch((error: unknown) =>
    answerError(request, response, error),
  );
});
server.keepAliveTimeout = 0;

process.on('disconnect', () => process.exit());
process.on('message', ({ arn, text }: ServedSecret) => {
  const current = { id: 'current', text, binary: undefined, stages: ['AWSCURRENT'], createdAt: now() };
  secrets.put({ arn, name: arn, createdAt: now(), versions: [current] });
  void listen(server).then(({ url }) => process.send?.(url));
});

function operationOf({ headers }: IncomingMessage): Operation {
  const [service = '', name = ''] = String(headers['x-amz-target']).split('.');
  const operation = targets.get(service)?.get(name);
  if (operation) return operation;
  return () => {
    throw new ServiceError('UnknownOperationException', `The bench does not imitate ${service}.${name}.`, 501);
  };
}
