import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENVIRONMENT } from '../../shared/names/environment.ts';
import { synthesise } from '../synth.ts';
import type { ClerkStandIn } from './clerk/index.ts';
import { startClerkStandIn } from './clerk/index.ts';
import { createLocalClock } from './clock.ts';
import type { LocalCloud } from './cloud/index.ts';
import { startLocalCloud } from './cloud/index.ts';
import { startConsole } from './console/index.ts';
import type { Listener } from './http/server.ts';
import { findEngine } from './dynamodb/find-engine.ts';
import type { StackFile } from './stack-file.ts';

export interface LocalStackOptions {
  /** The API's port; absent: a free one. */
  readonly port?: number;
  /** Where users, tables and keys survive a restart; absent: nothing survives. */
  readonly stateDirectory?: string;
  /** Settings for the synthesised app, as `cdk synth -c name=value` takes them. */
  readonly context?: Readonly<Record<string, string>>;
  /** An assembly that has been synthesised already: saves the synthesis. */
  readonly assembly?: string;
  /** 1: Svix's own retry schedule; 0.001: a thousand times faster. */
  readonly webhookRetryScale?: number;
  /** What the waits of durable functions are multiplied by: 0.01 makes them a hundred times shorter. Absent: 1. */
  readonly timeAccelerationForDurableWaits?: number;
  /** Absent: schedules are fired when asked for only, so that no run comes upon a test or a demo at half past the hour. */
  readonly schedulesOnTime?: boolean;
  onProgress?(message: string): void;
}

/** Everything on this machine: the synthesised template served, a stand-in for Clerk beside it, each knowing the other. */
export interface LocalStack {
  readonly file: StackFile;
  readonly cloud: LocalCloud;
  readonly clerk: ClerkStandIn;
  close(): Promise<void>;
}

/**
 * Starts the whole product locally, as a deployment would be set up: synthesise, serve, put the secrets in, tell Clerk where
 * the webhook is.
 *
 * @throws Error that says which port, engine or setting is wrong; whatever had been started is closed again
 */
export async function startLocalStack(options: LocalStackOptions = {}): Promise<LocalStack> {
  const closers: (() => Promise<void> | void)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer();
  };
  try {
    const started = await startParts(options, closers);
    return { ...started, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startParts(
  options: LocalStackOptions,
  closers: (() => Promise<void> | void)[],
): Promise<Omit<LocalStack, 'close'>> {
  // Before anything else: without an engine there is nothing to start.
  findEngine();
  const clock = createLocalClock();
  const state = options.stateDirectory;
  options.onProgress?.('Starting the stand-in for Clerk');
  const clerk = await startClerkStandIn({
    clock,
    ...(state === undefined ? {} : { stateFile: join(state, 'clerk.json') }),
    ...(options.webhookRetryScale === undefined ? {} : { retryTimeScale: options.webhookRetryScale }),
  });
  closers.push(() => clerk.close());
  options.onProgress?.('Synthesising the template');
  const assembly = options.assembly ?? (await synthesiseFor(clerk, options, closers));
  options.onProgress?.('Starting the local cloud');
  const { timeAccelerationForDurableWaits } = options;
  const cloud = await startLocalCloud({
    assembly,
    ...(timeAccelerationForDurableWaits === undefined ? {} : { timeAccelerationForDurableWaits }),
    clock,
    schedulesOnTime: options.schedulesOnTime ?? false,
    environment: { [ENVIRONMENT.clerkApiUrl]: clerk.url },
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(state === undefined ? {} : { dataDirectory: state }),
  });
  closers.push(() => cloud.close());
  const place = await connect(clerk, cloud);
  const consolePage = await openConsole(place, options.port);
  closers.push(() => consolePage.close());
  return { file: { ...place, console: consolePage.url }, cloud, clerk };
}

/** Beside the API's port where one was asked for, so that it can be bookmarked; where that is taken, on any. */
async function openConsole(place: Omit<StackFile, 'console'>, apiPort = 0): Promise<Listener> {
  const onProblem = (message: string): boolean => process.stderr.write(`${message}\n`);
  if (apiPort === 0) return startConsole(place, { onProblem });
  return startConsole(place, { port: apiPort + 1, onProblem }).catch(() => startConsole(place, { onProblem }));
}

/**
 * What is off in production unless somebody asks for it: here there is everything to try. And this is the one mirror far and wide,
 * so that its schedules are called by the runs that they start.
 */
export const LOCAL_CONTEXT: Readonly<Record<string, string>> = {
  roster: 'true',
  health: 'true',
  admin: 'true',
  scheduleNamePrefix: '',
};

/** The template that a deployment for this Clerk instance would have. */
async function synthesiseFor(
  clerk: ClerkStandIn,
  options: LocalStackOptions,
  closers: (() => void)[],
): Promise<string> {
  const outdir = mkdtempSync(join(tmpdir(), 'clerk-dynamodb-sync-'));
  const remove = (): void => rmSync(outdir, { recursive: true, force: true });
  // Also where the process ends before anyone closes: Ctrl-C while it starts.
  process.once('exit', remove);
  closers.push(remove);
  const own = { issuer: clerk.issuer, authorizedParties: clerk.authorizedParty };
  const context = { ...LOCAL_CONTEXT, ...own, ...options.context };
  return synthesise({ outdir, context });
}

/** What the one who deploys does by hand: put the secret's real values in, and give Clerk the webhook's address. */
async function connect(clerk: ClerkStandIn, cloud: LocalCloud): Promise<Omit<StackFile, 'console'>> {
  const adminApiKey = `cds_${randomBytes(32).toString('base64url')}`;
  await putSecret(cloud, {
    secretKey: clerk.secretKey,
    webhookSecrets: clerk.webhookSecrets,
    jwtKeys: [clerk.jwtPublicKey],
    adminKeyHashes: [createHash('sha256').update(adminApiKey).digest('hex')],
  });
  const [api] = cloud.apis;
  if (!api) throw new Error('The template has no HTTP API: nothing to serve.');
  clerk.setWebhookEndpoints(clerk.webhookSecrets.map(() => `${api.url}/webhooks/clerk`));
  return {
    api: api.url,
    clerk: clerk.url,
    dynamodb: cloud.dynamodbUrl,
    metrics: cloud.servicesUrl,
    region: cloud.region,
    tableName: outputOf(cloud, 'TableName'),
    issuer: clerk.issuer,
    authorizedParty: clerk.authorizedParty,
    instanceId: clerk.instanceId,
    secretKey: clerk.secretKey,
    jwtPublicKey: clerk.jwtPublicKey,
    jwtPrivateKey: clerk.jwtPrivateKey,
    kid: clerk.kid,
    webhookSecrets: clerk.webhookSecrets,
    adminApiKey,
  };
}

async function putSecret(cloud: LocalCloud, values: object): Promise<void> {
  const client = new SecretsManagerClient({
    endpoint: cloud.servicesUrl,
    region: cloud.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const SecretId = outputOf(cloud, 'SecretArn');
  await client.send(new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(values) }));
  client.destroy();
}

function outputOf(cloud: LocalCloud, name: string): string {
  const value = cloud.outputs[name];
  if (value === undefined) throw new Error(`The template has no output ${name}.`);
  return value;
}
