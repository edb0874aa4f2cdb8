import type { SeededRandom } from '../../../infra/local/clerk/random.ts';
import type { ChaosCloud } from './chaos-cloud.ts';
import type { Outcome, People, Person } from './people.ts';
import { noteChange } from './people.ts';
import { signedWebhook } from '../e2e/signed-webhook.ts';

/** What an act plays with. */
export interface Scene {
  readonly cloud: ChaosCloud;
  readonly people: People;
  readonly random: SeededRandom;
}

/** Does one thing. @returns what came of it: a status, 0 for no answer, undefined where there was nobody to do it to */
export type Act = (scene: Scene) => Promise<number | undefined>;

/** How many of a hundred acts are of which kind. */
export const ACTS: readonly (readonly [name: string, share: number, act: Act])[] = [
  ['sign-up', 5, signUp],
  ['change in Clerk', 14, (scene) => inClerk(scene, ['active', 'banned'], 'PATCH', '', changeOf(scene))],
  ['new address', 4, changeAddress],
  ['ban', 2, (scene) => stateInClerk(scene, 'active', 'POST', '/ban', 'banned')],
  ['unban', 2, (scene) => stateInClerk(scene, 'banned', 'POST', '/unban', 'active')],
  ['deletion', 1, (scene) => stateInClerk(scene, 'active', 'DELETE', '', 'deleted')],
  ['request, fresh token', 20, (scene) => visit(scene, 'GET /whoami', freshToken)],
  ['request, stale token', 12, (scene) => visit(scene, 'GET /whoami', staleToken)],
  ['request, token without order', 4, (scene) => visit(scene, 'GET /whoami', tokenWithoutOrder)],
  ['request, forged token', 3, (scene) => visit(scene, 'GET /whoami', forgedToken)],
  ['GET /users/me', 8, (scene) => visit(scene, 'GET /users/me', staleToken)],
  ['POST /users/sync', 3, (scene) => visit(scene, 'POST /users/sync', freshToken)],
  ['PATCH /users/me', 19, changeApp],
  ['forged webhook', 3, forgedWebhook],
];

async function signUp({ cloud, people, random }: Scene): Promise<number | undefined> {
  if (people.isFull) return undefined;
  const email = people.freeAddress(random);
  const users = [{ email_address: [email], first_name: 'Newcomer' }];
  const { status, body } = await cloud.world.control('POST', 'users/import', { users, webhooks: true });
  const ids: unknown[] = Array.isArray(body['ids']) ? body['ids'] : [];
  const [id] = ids;
  if (status === 200 && typeof id === 'string') people.add(id, email);
  else people.release(email);
  return status;
}

function changeOf({ random }: Scene): object {
  const n = Math.floor(random.next() * 1_000_000);
  return { first_name: `First${n}`, ...(random.chance(0.5) && { public_metadata: { cohort: n % 7 } }) };
}

async function changeAddress(scene: Scene): Promise<number | undefined> {
  const { people, random, cloud } = scene;
  const person = people.pick(random, ['active']);
  if (!person) return undefined;
  const address = people.freeAddress(random);
  const status = await clerk(cloud, 'PUT', `${person.id}/email_address`, { email_address: address });
  if (status !== 200) return status;
  people.release(person.email);
  person.email = address;
  return status;
}

async function inClerk(
  { cloud, people, random }: Scene,
  who: readonly Person['state'][],
  method: string,
  path: string,
  body: object,
): Promise<number | undefined> {
  const person = people.pick(random, who);
  return person && clerk(cloud, method, `${person.id}${path}`, body);
}

async function stateInClerk(
  { cloud, people, random }: Scene,
  from: Person['state'],
  method: string,
  path: string,
  to: Person['state'],
): Promise<number | undefined> {
  const person = people.pick(random, [from]);
  if (!person) return undefined;
  const status = await clerk(cloud, method, `${person.id}${path}`, {});
  if (status === 200) person.state = to;
  if (status === 200 && to === 'deleted') people.release(person.email);
  return status;
}

/** The Backend API, which has faults of its own: whether a call without an answer was applied nobody knows. */
async function clerk({ stack }: ChaosCloud, method: string, path: string, body: object): Promise<number> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${stack.secretKey}` };
  const init = { method, headers, ...(method !== 'DELETE' && { body: JSON.stringify(body) }) };
  return statusOf(fetch(`${stack.clerk}/v1/users/${path}`, init));
}

type Minter = (scene: Scene, person: Person) => Promise<string>;

async function visit(scene: Scene, route: string, tokenFor: Minter): Promise<number | undefined> {
  const person = scene.people.pick(scene.random, ['active', 'active', 'banned', 'deleted']);
  return person && send(scene, route, await tokenFor(scene, person));
}

/** What is sent to somebody's attributes is remembered, with what came of it. */
async function changeApp(scene: Scene): Promise<number | undefined> {
  const { people, random } = scene;
  const person = people.pick(random, ['active']);
  const name = `note${Math.floor(random.next() * 6)}`;
  if (!person || person.changing.has(name)) return undefined;
  person.changing.add(name);
  const value = `value ${Math.floor(random.next() * 2 ** 32)}`;
  const status = await send(scene, 'PATCH /users/me', await staleToken(scene, person), { app: { [name]: value } });
  noteChange(person, name, value, outcomeOf(status));
  person.changing.delete(name);
  return status;
}

/**
 * A refusal has changed nothing, except for one: whoever is banned or deleted between an attempt whose answer was lost and the next
 * one is refused with what was stored before.
 */
function outcomeOf(status: number): Outcome {
  if (status === 200) return 'acknowledged';
  return status >= 400 && status < 500 && status !== 403 ? 'refused' : 'unknown';
}

async function send({ cloud }: Scene, route: string, token: string, body?: object): Promise<number> {
  const [method = '', path = ''] = route.split(' ');
  const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) };
  return statusOf(fetch(`${cloud.stack.api}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) }));
}

/** Clerk's tokens live for a minute: one that is nearly over would only be refused. */
const USABLE_MS = 50_000;
const MOST_TOKENS = 5;

const freshToken: Minter = async ({ cloud }, person) => {
  const text = await cloud.world.token(person.id);
  person.tokens.push({ text, at: Date.now() });
  while (person.tokens.length > MOST_TOKENS || Date.now() - (person.tokens[0]?.at ?? 0) > USABLE_MS)
    person.tokens.shift();
  return text;
};

const staleToken: Minter = async (scene, person) => {
  const usable = person.tokens.filter(({ at }) => Date.now() - at < USABLE_MS);
  return usable[Math.floor(scene.random.next() * usable.length)]?.text ?? freshToken(scene, person);
};

const tokenWithoutOrder: Minter = ({ cloud, random }, person) =>
  cloud.world.token(person.id, {
    claims: { updatedAt: random.chance(0.5) ? '__absent' : Math.floor(Date.now() / 1_000) - 5 },
  });

const forgedToken: Minter = ({ cloud }, person) => cloud.world.token(person.id, { key: 'unknown' });

/** Says that somebody was deleted, and is not from Clerk. */
async function forgedWebhook({ cloud, people, random }: Scene): Promise<number | undefined> {
  const person = people.pick(random, ['active']);
  if (!person) return undefined;
  const event = {
    object: 'event',
    type: 'user.deleted',
    timestamp: Date.now(),
    data: { id: person.id, deleted: true },
  };
  const { body, headers } = signedWebhook(`whsec_${Buffer.alloc(32, 9).toString('base64')}`, event);
  return statusOf(fetch(`${cloud.stack.api}/webhooks/clerk`, { method: 'POST', body, headers }));
}

async function statusOf(answer: Promise<Response>): Promise<number> {
  try {
    const response = await answer;
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}
