import { Closers } from '../../infra/local/cloud/closers.ts';
import { startDynamoDbEngine } from '../../infra/local/dynamodb/engine.ts';
import { createDynamoDbClient } from '../../shared/adapters/dynamodb/client.ts';
import { identity } from '../support/dynamodb/test-tables.ts';
import { createBundles } from './bundles.ts';
import { Host } from './host.ts';
import { startServices } from './process/start-services.ts';
import type { Subject } from './subjects.ts';
import { createIssuer } from './tokens.ts';
import type { Issuer } from './tokens.ts';

/** What a measurement has to do with: the subjects' host, and what they need around them. */
export interface World {
  readonly host: Host;
  readonly issuer: Issuer;
  /** Of CloudWatch and Secrets Manager. */
  readonly servicesUrl: string;
  /** @returns path of the subject's bundle */
  bundleOf(subject: Subject): string;
  /** Has something ended with the world, which outlives the measurement that started it. */
  keep(end: () => Promise<void>): void;
  close(): Promise<void>;
}

const SECRET_ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:clerk-bench-AbCdEf';
/** For the bench's own client, which is not measured. */
const UNHURRIED = { requestTimeoutMs: 10_000, connectionTimeoutMs: 5_000, maxAttempts: 3 };

/**
 * Starts it all.
 * @throws when there is no DynamoDB engine, with what to do about it; whatever had been started is closed again
 */
export async function createWorld(): Promise<World> {
  const closers = new Closers();
  try {
    return await assemble(closers);
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

async function assemble(closers: Closers): Promise<World> {
  const issuer = createIssuer();
  const bundles = createBundles();
  closers.add(() => bundles.remove());
  const engine = await startDynamoDbEngine();
  closers.add(() => engine.close());
  const services = await startServices({ arn: SECRET_ARN, text: secretOf(issuer) });
  closers.add(() => services.close());
  const client = createDynamoDbClient(UNHURRIED, { endpoint: engine.url, ...identity() });
  closers.add(() => client.destroy());
  const urls = { dynamodbUrl: engine.url, servicesUrl: services.url };
  const host = new Host({ issuer, bundles, client, secretArn: SECRET_ARN, ...urls });
  closers.add(() => host.close());
  const bundleOf = ({ entry }: Subject): string => bundles.of(entry);
  return {
    host,
    issuer,
    servicesUrl: services.url,
    bundleOf,
    keep: (end) => closers.add(end),
    close: () => closers.closeAll(),
  };
}

/** As the runbook has the operator put it in. */
function secretOf({ secretKey, webhookSecret, jwt }: Issuer): string {
  return JSON.stringify({ secretKey, webhookSecrets: [webhookSecret], jwtKeys: [jwt.publicKey], adminKeyHashes: [] });
}
