import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { vi } from 'vitest';
import type { AuthorizerEvent } from '../../../functions/authorizer/events.ts';
import { startDynamoDbEngine } from '../../../infra/local/dynamodb/engine.ts';
import { createDynamoDbClient } from '../../../shared/adapters/dynamodb/client.ts';
import { createDynamoDbUserStore } from '../../../shared/adapters/dynamodb/user-store.ts';
import type { UserStore } from '../../../shared/ports/user-store.ts';
import { clerkError, json, startServer } from '../../unit/clerk/support/http-server.ts';
import type { TestServer } from '../../unit/clerk/support/http-server.ts';
import { generateKeys, ISSUER, PARTY, payload, signToken } from '../../unit/clerk/support/tokens.ts';
import type { KeyPair } from '../../unit/clerk/support/tokens.ts';
import { createTable } from '../dynamodb/create-table.ts';
import { startRecordedEndpoint } from '../dynamodb/recorded-endpoint.ts';
import type { RecordedEndpoint } from '../dynamodb/recorded-endpoint.ts';
import { identity } from '../dynamodb/test-tables.ts';
import { httpEvent } from './authorizer-events.ts';

const TABLE = 'authorized-users';

/** What the authorizer answered, or the message that it threw. */
export type Outcome = { readonly answer: Readonly<Record<string, unknown>> } | { readonly thrown: string };

/** The authorizer's handler as it is deployed, wired by its environment, over a real engine and a Clerk that the test plays. */
export interface HandlerWorld {
  readonly keys: KeyPair;
  readonly table: RecordedEndpoint;
  readonly clerk: TestServer;
  /** Straight to the engine. */
  readonly truth: UserStore;
  /** How Clerk answers from now on. */
  answerAsClerk: (request: IncomingMessage, response: ServerResponse) => void;
  /** A fresh container: the function's modules loaded once more, with these variables beside its usual ones. */
  container(environment?: Readonly<Record<string, string>>): Promise<Container>;
  /** A good token, but for the claims given; no two are alike. */
  token(claims?: Readonly<Record<string, unknown>>): string;
  /** Everything that was written to standard output and error since the start. */
  printed(): string;
  close(): Promise<void>;
}

export interface Container {
  send(token: string): Promise<Outcome>;
  invoke(event: AuthorizerEvent): Promise<Outcome>;
}

export async function startHandlerWorld(): Promise<HandlerWorld> {
  const saved = { ...process.env };
  const print = recordPrinted();
  const keys = generateKeys();
  const engine = await startDynamoDbEngine();
  const truthClient = createDynamoDbClient(
    { requestTimeoutMs: 10_000, connectionTimeoutMs: 5_000, maxAttempts: 3 },
    { endpoint: engine.url, ...identity() },
  );
  await createTable(truthClient, TABLE);
  const table = await startRecordedEndpoint(engine.url);
  const clerk = await startServer((request, response) => world.answerAsClerk(request, response));
  const usual = environmentOf(table.url, clerk.url, keys);
  let tokens = 0;
  // One after the other: what is loaded while another container loads would belong to both.
  let loaded: Promise<unknown> = Promise.resolve();
  const load = (environment: Readonly<Record<string, string>>): Promise<Container> => {
    const loading = loaded.then(() => loadContainer({ ...usual, ...environment }));
    loaded = loading.catch(() => undefined);
    return loading;
  };
  const world: HandlerWorld = {
    keys,
    table,
    clerk,
    truth: createDynamoDbUserStore({ client: truthClient, tableName: TABLE, clock: { now: () => Date.now() } }),
    answerAsClerk: (_request, response) => json(response, 404, clerkError('resource_not_found')),
    container: (environment = {}) => load(environment),
    token(claims = {}) {
      tokens += 1;
      return signToken(keys, payload({ jti: `token-${tokens}`, ...claims }));
    },
    printed: () => print.text(),
    async close() {
      print.stop();
      process.env = saved;
      await Promise.all([table.close(), clerk.close()]);
      await closeEngine(truthClient, engine);
    },
  };
  return world;
}

function environmentOf(tableUrl: string, clerkUrl: string, keys: KeyPair): Record<string, string> {
  return {
    TABLE_NAME: TABLE,
    METRICS_STACK: 'Sync/contract',
    CLERK_SECRET_KEY: 'sk_test_example0000',
    CLERK_JWT_KEYS: keys.publicKey,
    CLERK_ISSUER: ISSUER,
    CLERK_AUTHORIZED_PARTIES: PARTY,
    CLERK_API_URL: clerkUrl,
    AWS_REGION: identity().region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: tableUrl,
  };
}

async function closeEngine(client: DynamoDBDocumentClient, engine: { close(): Promise<void> }): Promise<void> {
  client.destroy();
  await engine.close();
}

/** Modules keep a container's state: each gets its own. */
async function loadContainer(environment: Readonly<Record<string, string>>): Promise<Container> {
  Object.assign(process.env, environment);
  vi.resetModules();
  const { handler } = await import('../../../functions/authorizer/handler.ts').finally(() => {
    for (const name of Object.keys(environment)) if (!name.startsWith('AWS_')) delete process.env[name];
  });
  const invoke = async (event: AuthorizerEvent): Promise<Outcome> => {
    try {
      return { answer: { ...(await handler(event, {} as Context)) } };
    } catch (error) {
      return { thrown: error instanceof Error ? error.message : String(error) };
    }
  };
  return { invoke, send: (token) => invoke(httpEvent({ headers: { authorization: `Bearer ${token}` } })) };
}

function recordPrinted(): { text(): string; stop(): void } {
  let text = '';
  const keep = (chunk: string | Uint8Array): boolean => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockImplementation(keep));
  return { text: () => text, stop: () => spies.forEach((spy) => spy.mockRestore()) };
}
