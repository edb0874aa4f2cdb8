import type { User } from '@clerk/backend';
import { Webhook } from 'svix';
import { changeEmail, signUp } from './world.ts';
import type { World } from './world.ts';

/** One scene of the day: what happens, and what must then be so. Returns a detail for the report; throws when it is not so. */
export interface Step {
  readonly name: string;
  run(world: World): Promise<string>;
}

const USERS_AT_START = 200;

/** A day in the life of a mirror. The steps build on each other and are played in this order. */
export function daySteps(): Step[] {
  const cast: { ada?: User; grace?: User } = {};
  const ada = (): User => known(cast.ada);
  const grace = (): User => known(cast.grace);
  return [
    { name: '200 users are in Clerk and none in the table', run: importUsers },
    { name: 'A full run mirrors them all', run: firstFullRun },
    {
      name: 'A user signs up; her first request, before any webhook, already carries her',
      run: async (world) => {
        await world.control('PUT', 'faults', { webhooks: { delayMs: 600_000 } });
        cast.ada = await signUp(world, 'ada@example.com', 'Ada');
        return firstRequest(world, ada());
      },
    },
    { name: 'The webhook then completes her record', run: (world) => webhookCompletes(world, ada()) },
    { name: 'She changes her email; the webhook updates it', run: (world) => emailChanges(world, ada()) },
    { name: 'An old event is delivered late and changes nothing', run: (world) => lateEvent(world, ada()) },
    {
      name: 'Webhooks are lost; a token with newer claims repairs the profile on the next request',
      run: (world) => tokenRepairs(world, ada()),
    },
    {
      name: 'A user is deleted; her still valid token is refused with 403',
      run: async (world) => {
        cast.grace = await signUp(world, 'grace@example.com', 'Grace');
        return deletedUserIsRefused(world, grace());
      },
    },
    { name: 'A late user.updated does not revive her', run: (world) => lateUpdate(world, grace()) },
    { name: 'A forged webhook and a forged token are refused', run: (world) => forgeries(world, ada()) },
    { name: 'Drift is planted; the nightly schedule fires and repairs it', run: (world) => nightlyRun(world, ada()) },
  ];
}

async function importUsers(world: World): Promise<string> {
  const firstCreatedAt = Date.UTC(2024, 0, 1);
  const users = Array.from({ length: USERS_AT_START }, (_, n) => ({
    email_address: [`user${n}@example.com`],
    first_name: `First${n}`,
    last_name: `Last${n}`,
    // Three to an instant, over two years: the run must cope with equal creation times.
    created_at: firstCreatedAt + Math.floor(n / 3) * 10 * 86_400_000,
  }));
  const imported = await world.control('POST', 'users/import', { users });
  expect('the import is accepted', imported.status, 200);
  const { users: counts } = await world.compare();
  expect('users in Clerk', counts.clerk, USERS_AT_START);
  expect('users in the table', counts.table, 0);
  return `${counts.clerk} in Clerk, ${counts.table} in the table`;
}

async function firstFullRun(world: World): Promise<string> {
  const { status, body } = await world.fireFullRun();
  expect('the schedule ran', status, 200);
  expect('the run says', body['status'], 'repaired');
  expect('users created', body['created'], USERS_AT_START);
  await expectEqualMirror(world);
  return `${String(body['created'])} created in ${String(body['seconds'])} s`;
}

async function firstRequest(world: World, user: User): Promise<string> {
  const answer = await world.get('/whoami', await world.token(user.id));
  expect('the request is let in', answer.status, 200);
  expect('the user on the request', answer.body['email'], 'ada@example.com');
  const item = await world.item(user.id);
  expect('who stored her', item['changedBy'], 'authorizer');
  expect('her record, which no token carries', item['recordAsOf'], undefined);
  return 'created from her token';
}

async function webhookCompletes(world: World, user: User): Promise<string> {
  await world.control('PUT', 'faults', {});
  await world.flushWebhooks();
  const item = await world.item(user.id);
  expect('her verified address', item['verifiedEmail'], 'ada@example.com');
  expect('who completed her', item['changedBy'], 'webhook');
  return 'record complete';
}

async function emailChanges(world: World, user: User): Promise<string> {
  await changeEmail(world, user, 'ada.new@example.com');
  await world.flushWebhooks();
  const item = await world.item(user.id);
  expect('her address', item['email'], 'ada.new@example.com');
  const answer = await world.get('/users/me', await world.token(user.id));
  expect('her address on a request', answer.body['email'], 'ada.new@example.com');
  return 'the new address is stored and served';
}

async function lateEvent(world: World, user: User): Promise<string> {
  const before = await world.item(user.id);
  await world.resend(user.id, 'user.created');
  const after = await world.item(user.id);
  expect('her address', after['email'], 'ada.new@example.com');
  expect('revisions written', Number(after['revision']) - Number(before['revision']), 0);
  return 'stale: nothing was written';
}

async function tokenRepairs(world: World, user: User): Promise<string> {
  await world.control('PUT', 'faults', { webhooks: { drop: 1 } });
  await world.clerk.users.updateUser(user.id, { firstName: 'Augusta' });
  expect('her stored name, since the webhook was lost', (await world.item(user.id))['firstName'], 'Ada');
  const answer = await world.get('/whoami', await world.token(user.id));
  expect('her name on the request', answer.body['firstName'], 'Augusta');
  expect('her stored name', (await world.item(user.id))['firstName'], 'Augusta');
  await world.control('PUT', 'faults', {});
  return 'repaired by the request';
}

async function deletedUserIsRefused(world: World, user: User): Promise<string> {
  await world.clerk.users.updateUser(user.id, { lastName: 'Changed' });
  await world.flushWebhooks();
  const token = await world.token(user.id);
  await world.clerk.users.deleteUser(user.id);
  await world.flushWebhooks();
  const answer = await world.get('/whoami', token);
  expect('the answer to her valid token', answer.status, 403);
  return '403 with a valid token';
}

async function lateUpdate(world: World, user: User): Promise<string> {
  await world.resend(user.id, 'user.updated');
  const item = await world.item(user.id);
  expect('her tombstone stands', typeof item['deletedAt'], 'string');
  const answer = await world.get('/whoami', await world.token(user.id));
  expect('the answer to another token of hers', answer.status, 403);
  return 'still deleted';
}

async function forgeries(world: World, user: User): Promise<string> {
  const before = await world.item(user.id);
  const body = JSON.stringify({
    type: 'user.deleted',
    object: 'event',
    data: { id: user.id, object: 'user', deleted: true },
  });
  const forged = await world.post('/webhooks/clerk', body, foreignSignature(body));
  expect('the answer to a forged webhook', forged.status, 400);
  const token = await world.token(user.id, { key: 'unknown' });
  expect('the answer to a forged token', (await world.get('/whoami', token)).status, 401);
  expect('revisions written', Number((await world.item(user.id))['revision']) - Number(before['revision']), 0);
  return '400 and 401, nothing written';
}

/** A correct signature by a secret that is not ours. */
function foreignSignature(body: string): Record<string, string> {
  const secret = `whsec_${Buffer.from('a secret nobody has registered with us').toString('base64')}`;
  const sentAt = new Date();
  return {
    'content-type': 'application/json',
    'svix-id': 'msg_forged',
    'svix-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
    'svix-signature': new Webhook(secret).sign('msg_forged', sentAt, body),
  };
}

async function nightlyRun(world: World, user: User): Promise<string> {
  await world.control('PUT', 'faults', { webhooks: { drop: 1 } });
  await signUp(world, 'missing@example.com', 'Missing');
  await world.clerk.users.updateUserMetadata(user.id, { publicMetadata: { plan: 'pro' } });
  await world.clerk.users.banUser(user.id);
  const { data } = await world.clerk.users.getUserList({ limit: 1, orderBy: '+created_at' });
  await world.clerk.users.deleteUser(known(data[0]).id);
  await world.control('PUT', 'faults', {});
  const { status, body } = await world.fireFullRun();
  expect('the schedule ran', status, 200);
  expect('the run says', body['status'], 'repaired');
  expect('created, deleted', `${String(body['created'])}, ${String(body['deleted'])}`, '1, 1');
  await expectEqualMirror(world);
  return `drift ${JSON.stringify(body['drift'])}, 1 created, 1 deleted`;
}

async function expectEqualMirror(world: World): Promise<void> {
  const { users, mismatches } = await world.compare();
  expect('live users in the table', users.table, users.clerk);
  expect('fields that differ', mismatches.length, 0);
}

function expect(what: string, actual: unknown, wanted: unknown): void {
  if (actual !== wanted) throw new Error(`${what}: expected ${String(wanted)}, found ${String(actual)}`);
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('A step before this one did not come far enough.');
  return value;
}
