import { expect } from 'vitest';
import type { AlarmedCloud } from '../e2e/alarmed-cloud.ts';
import { giveUp } from '../e2e/failure-queues.ts';
import { putItem } from '../e2e/put-item.ts';
import { signedWebhook } from '../e2e/signed-webhook.ts';

/** The one stack that the local cloud has, whatever a page calls it. */
export const STACK = 'clerk-sync-production';

/** What a reader fills in, by the word that stands for it: what it means is made to be there. */
export type Blanks = Readonly<Record<string, (command: string) => string | Promise<string>>>;

/** @param cloud in which everything is made that a command is about */
export function blanksOf(cloud: AlarmedCloud): Blanks {
  let restored = 0;
  return {
    STACK: () => STACK,
    'clerk-sync-production': () => STACK,
    'clerk-sync-staging': () => STACK,
    TIME: () => '2h',
    RUN: (command) => (command.includes('approve') ? heldRun(cloud) : latestRun(cloud)),
    USER_ID: (command) => userFor(cloud, command),
    EVENT_ID: async () => (await quarantinedMessage(cloud)).id,
    MESSAGE_ID: async (command) =>
      command.includes('quarantine')
        ? (await quarantinedMessage(cloud)).id
        : giveUp(cloud.stack, { mode: 'incremental' }),
    // Of all that waits there is some.
    async '--all'(command) {
      await (command.includes('quarantine') ? quarantinedMessage(cloud) : giveUp(cloud.stack, { mode: 'incremental' }));
      return '--all';
    },
    TOKEN: async () => cloud.world.token(await newUser(cloud)),
    OLD: () => 'users-of-before',
    // A table that is there, or is about to be.
    RESTORED(command) {
      if (command.includes(' restore ')) restored += 1;
      return `restored-${restored}`;
    },
  };
}

/** Whose table it is, is remembered by the webhook, which is why the event is another instance's, and the table becomes that. */
export function belongTo({ stack: { file } }: AlarmedCloud, instanceId: string): Promise<unknown> {
  return putItem(file, { pk: 'settings#instance', instanceId, claimedAt: new Date().toISOString() });
}

interface Run {
  readonly runId: string;
  readonly status: string;
}

async function runs({ stack: { file }, world }: AlarmedCloud): Promise<readonly Run[]> {
  const { body } = await world.get('/admin/sync-runs?limit=5', file.adminApiKey);
  return body['runs'] as readonly Run[];
}

async function latestRun(cloud: AlarmedCloud): Promise<string> {
  return (await runs(cloud))[0]?.runId ?? '';
}

/** Does what only starts a run, and waits until that has ended: another one would wait for the lease. */
export async function untilItsRunEnds<T>(cloud: AlarmedCloud, start: () => Promise<T>): Promise<T> {
  const before = await latestRun(cloud);
  const started = await start();
  const isUnderWay = ({ runId, status }: Run): boolean =>
    runId === before || status === 'requested' || status === 'running';
  const latest = async (): Promise<readonly Run[]> => (await runs(cloud)).slice(0, 1);
  await expect.poll(async () => (await latest()).filter(isUnderWay), { timeout: 30_000, interval: 200 }).toEqual([]);
  return started;
}

/** Somebody of whom the table has heard. */
async function newUser(cloud: AlarmedCloud): Promise<string> {
  const [id = ''] = await cloud.newUsers(1);
  await cloud.sendWebhooks();
  return id;
}

/** One whom Clerk has, and of whom it said ten minutes ago that she was deleted. */
async function buriedUser(cloud: AlarmedCloud): Promise<string> {
  const id = await newUser(cloud);
  const event = { type: 'user.deleted', data: { object: 'user', id, deleted: true }, timestamp: Date.now() - 600_000 };
  expect(await send(cloud, event, `msg_buries_${id}`)).toEqual({ outcome: 'deleted' });
  return id;
}

/** The one that a command is about. */
async function userFor(cloud: AlarmedCloud, command: string): Promise<string> {
  if (command.includes('/restore')) return buriedUser(cloud);
  return command.includes('quarantine') ? (await quarantinedMessage(cloud)).userId : newUser(cloud);
}

/** A run that proposes more deletions than it may make: of more than half of all users. */
async function heldRun(cloud: AlarmedCloud): Promise<string> {
  const { users } = cloud.world.clerk;
  await cloud.clerkFaults({ webhooks: { drop: 1 } });
  // Brought by a run, they are old enough to be deleted at once; by a webhook they would not be for a minute.
  const ids = await cloud.newUsers((await users.getCount()) + 1);
  await cloud.world.fireFullRun();
  for (const id of ids) await users.deleteUser(id);
  await cloud.clerkFaults({});
  const { body } = await cloud.world.fireFullRun();
  expect(body).toMatchObject({ status: 'held' });
  return String(body['runId']);
}

/** An event that waits until somebody says what becomes of it, once the table is its instance's. */
async function quarantinedMessage(cloud: AlarmedCloud): Promise<{ readonly id: string; readonly userId: string }> {
  const now = Date.now();
  const userId = await newUser(cloud);
  const data = { object: 'user', id: userId, created_at: now - 1_000_000, updated_at: now - 1_000_000 };
  const id = `msg_page_${now}`;
  expect(await send(cloud, { type: 'user.created', data, timestamp: now, instance_id: 'ins_another' }, id)).toEqual({
    outcome: 'quarantined',
  });
  await belongTo(cloud, 'ins_another');
  return { id, userId };
}

async function send({ stack: { file }, world }: AlarmedCloud, event: object, id: string): Promise<unknown> {
  const { body, headers } = signedWebhook(file.webhookSecrets[0] ?? '', { object: 'event', ...event }, { id });
  return (await world.post('/webhooks/clerk', body, headers)).body;
}
