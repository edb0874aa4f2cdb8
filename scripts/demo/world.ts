import type { ClerkClient, User } from '@clerk/backend';
import { createClerkClient } from '@clerk/backend';
import type { StackFile } from '../../infra/local/stack-file.ts';
import type { Comparison } from '../../test/support/oracle.ts';
import { compareMirror, readItem } from '../../test/support/oracle.ts';

/** An answer over HTTP: its status and its JSON body, `{}` where there is none. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A message that the stand-in has sent or is about to send. */
interface Delivery {
  readonly id: string;
  readonly type: string;
  readonly userId: string;
}

/** The running product seen from outside: everything here goes over HTTP. */
export interface World {
  /** The real Clerk client, pointed at the stand-in. */
  readonly clerk: ClerkClient;
  readonly stack: StackFile;
  get(path: string, token: string): Promise<Answer>;
  post(path: string, body: string, headers: Readonly<Record<string, string>>): Promise<Answer>;
  token(userId: string, options?: Readonly<Record<string, unknown>>): Promise<string>;
  control(method: 'PUT' | 'POST', path: string, body?: object): Promise<Answer>;
  fireFullRun(): Promise<Answer>;
  fireIncrementalRun(): Promise<Answer>;
  /** Delivers everything that waits. */
  flushWebhooks(): Promise<void>;
  /** Sends a message about a user again, exactly as it was first sent. */
  resend(userId: string, type: string): Promise<void>;
  item(userId: string): Promise<Readonly<Record<string, unknown>>>;
  compare(): Promise<Comparison>;
}

export function createWorld(stack: StackFile): World {
  const control: World['control'] = (method, path, body) =>
    call(`${stack.clerk}/__local/${path}`, {
      method,
      ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
    });
  return {
    stack,
    clerk: createClerkClient({ secretKey: stack.secretKey, apiUrl: stack.clerk, telemetry: { disabled: true } }),
    control,
    get: (path, token) => call(`${stack.api}${path}`, { headers: { authorization: `Bearer ${token}` } }),
    post: (path, body, headers) => call(`${stack.api}${path}`, { method: 'POST', body, headers }),
    token: async (userId, options = {}) =>
      textOf((await control('POST', 'tokens', { userId, ...options })).body, 'token'),
    fireFullRun: () => call(`${stack.api}/__local/schedules/full`, { method: 'POST' }),
    fireIncrementalRun: () => call(`${stack.api}/__local/schedules/incremental`, { method: 'POST' }),
    flushWebhooks: async () => expectDelivered(await control('POST', 'webhooks/flush'), 0),
    resend: async (userId, type) => {
      const message = (await deliveries(stack)).find(
        (delivery) => delivery.userId === userId && delivery.type === type,
      );
      if (!message) throw new Error(`No ${type} was ever sent about this user.`);
      expectDelivered(await control('POST', `deliveries/${message.id}/resend`), 1);
    },
    item: async (userId) => (await readItem(stack, userId)) ?? {},
    compare: () => compareMirror(stack),
  };
}

/** Signs a user up, as Clerk does for a visitor of the application. */
export function signUp(world: World, address: string, firstName: string): Promise<User> {
  return world.clerk.users.createUser({ emailAddress: [address], firstName, lastName: 'Example' });
}

/** Gives a user another primary address, as she would do in her profile. */
export async function changeEmail(world: World, user: User, address: string): Promise<void> {
  await world.clerk.emailAddresses.createEmailAddress({
    userId: user.id,
    emailAddress: address,
    verified: true,
    primary: true,
  });
}

/** A message that was not accepted has proven nothing. */
function expectDelivered({ status, body }: Answer, least: number): void {
  if (status === 200 && body['failed'] === 0 && Number(body['delivered']) >= least) return;
  throw new Error(`The webhook did not accept what was sent: ${JSON.stringify(body)}.`);
}

async function call(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, body: objectOf(text) };
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = text === '' ? {} : JSON.parse(text);
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function textOf(body: Readonly<Record<string, unknown>>, field: string): string {
  const value = body[field];
  if (typeof value !== 'string') throw new Error(`The answer has no ${field}: ${JSON.stringify(Object.keys(body))}.`);
  return value;
}

async function deliveries(stack: StackFile): Promise<readonly Delivery[]> {
  const list: unknown = await (await fetch(`${stack.clerk}/__local/deliveries`)).json();
  return Array.isArray(list) ? list.filter(isDelivery) : [];
}

function isDelivery(value: unknown): value is Delivery {
  return typeof value === 'object' && value !== null && 'id' in value && 'type' in value && 'userId' in value;
}
