import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { User } from '@clerk/backend';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import type { LocalStack } from '../../infra/local/local-stack.ts';
import { startLocalStack } from '../../infra/local/local-stack.ts';
import type { World } from '../../scripts/demo/world.ts';
import { changeEmail, createWorld, signUp } from '../../scripts/demo/world.ts';
import { busFaults, eventsOf, storyOf } from '../support/e2e/bus.ts';
import { putItem } from '../support/e2e/put-item.ts';
import { signedWebhook } from '../support/e2e/signed-webhook.ts';
import { schemaProblems } from '../support/events/event-schema.ts';

let stack: LocalStack;
let world: World;

beforeAll(async () => {
  stack = await startLocalStack({ assembly: inject('assembly'), webhookRetryScale: 0.001 });
  world = createWorld(stack.file);
});
afterAll(() => stack?.close());
afterEach(async () => {
  await busFaults(stack.file, {});
  await world.control('PUT', 'faults', {});
});

/** The stream is read a few times a second, and users are gathered for one. */
const SOON = { timeout: 20_000, interval: 100 };

const story = (userId: string) => storyOf(stack.file, userId);

async function newcomer(name: string): Promise<User> {
  const user = await signUp(world, `${name}@example.com`, name);
  await world.flushWebhooks();
  return user;
}

/** A deletion by Clerk's word, of whatever time. */
function sendDeletion(userId: string, timestamp: number) {
  const event = {
    object: 'event',
    type: 'user.deleted',
    data: { object: 'user', id: userId, deleted: true },
    timestamp,
  };
  const { body, headers } = signedWebhook(stack.file.webhookSecrets[0] ?? '', event);
  return world.post('/webhooks/clerk', body, headers);
}

describe('The life of a user, on the bus', () => {
  it('is told change by change: who, what, by whose word, and the revision that the table has', async () => {
    const user = await newcomer('lifelong');
    await world.clerk.users.updateUser(user.id, { firstName: 'Other', lastName: 'Else' });
    await world.flushWebhooks();
    await world.clerk.users.banUser(user.id);
    await world.flushWebhooks();
    const { revision } = await world.item(user.id);
    expect((await sendDeletion(user.id, Date.now() - 10 * 60_000)).body).toEqual({ outcome: 'deleted' });
    expect((await world.fireFullRun()).body).toMatchObject({ restored: 1 });
    await world.clerk.users.deleteUser(user.id);
    await world.flushWebhooks();
    await expect
      .poll(() => story(user.id), SOON)
      .toEqual([
        'UserCreated by webhook',
        'UserUpdated by webhook firstName lastName',
        'UserUpdated by webhook banned',
        'UserDeleted by webhook',
        'UserRestored by reconciler',
        'UserDeleted by webhook',
      ]);
    const events = await eventsOf(stack.file, user.id);
    expect(events.flatMap(schemaProblems)).toEqual([]);
    const inOrder = events.map((event) => event.detail.revision).toSorted((a, b) => a - b);
    expect(inOrder).toEqual([1, 2, 3, 4, 5, 6]);
    expect(inOrder[2]).toBe(revision);
  });

  it('begins with a token where that comes first, and goes on with what only Clerk’s record tells', async () => {
    await world.control('PUT', 'faults', { webhooks: { drop: 1 } });
    const user = await newcomer('bytoken');
    expect((await world.get('/whoami', await world.token(user.id))).status).toBe(200);
    await expect.poll(() => story(user.id), SOON).toEqual(['UserCreated by authorizer']);
    await world.control('PUT', 'faults', {});
    await world.clerk.users.updateUser(user.id, { username: 'bytoken_chosen' });
    await world.flushWebhooks();
    const [, update] = await expectStory(user.id, 2);
    expect(update).toMatch(/^UserUpdated by webhook .*clerkCreatedAt.* username verifiedEmail$/);
  });

  it('has nothing of what changes nothing: repeated and stale events, requests, and what the application keeps', async () => {
    const user = await newcomer('quiet');
    await world.clerk.users.updateUser(user.id, { lastName: 'Second' });
    await world.flushWebhooks();
    await world.resend(user.id, 'user.created');
    await world.resend(user.id, 'user.updated');
    await world.get('/whoami', await world.token(user.id));
    await putItem(stack.file, { ...(await world.item(user.id)), app: { bio: 'hello' } });
    await world.fireFullRun();
    // Whatever the others had to tell is on the bus before this one is.
    const after = await newcomer('afterwards');
    await expectStory(after.id, 1);
    expect(await story(user.id)).toEqual(['UserCreated by webhook', 'UserUpdated by webhook lastName']);
    expect(await eventsOf(stack.file, user.id)).toHaveLength(2);
  });

  it('is not told of somebody who was deleted before anyone had heard of her', async () => {
    await sendDeletion('user_neverheard', Date.now());
    const after = await newcomer('afterher');
    await expectStory(after.id, 1);
    expect(await eventsOf(stack.file, 'user_neverheard')).toEqual([]);
  });

  async function expectStory(userId: string, length: number): Promise<readonly string[]> {
    await expect.poll(() => story(userId), SOON).toHaveLength(length);
    return story(userId);
  }
});

describe('While the bus', () => {
  it('is down, conflicts are settled all the same, and every event arrives when it is up again', async () => {
    const [ada, bea] = [await newcomer('down-a'), await newcomer('down-b')];
    const startedAt = Date.now();
    await busFaults(stack.file, { down: true });
    await world.control('PUT', 'faults', { webhooks: { drop: 1 } });
    await replaceEmail(ada, 'down-between@example.com');
    await replaceEmail(bea, 'down-a@example.com');
    await world.control('PUT', 'faults', {});
    await replaceEmail(ada, 'down-b@example.com');
    await world.flushWebhooks();
    const emails = async () => [await reserved(ada), await reserved(bea)];
    await expect.poll(emails, SOON).toEqual(['down-b@example.com', 'down-a@example.com']);
    await expect.poll(() => logOf(stack, startedAt), SOON).toContain('events not published');
    const told = async () => [await story(ada.id), await story(bea.id)];
    const before = await told();
    await busFaults(stack.file, {});
    await expect.poll(told, SOON).toEqual([
      ['UserCreated by webhook', expect.stringMatching(/^UserUpdated .* email verifiedEmail$/)],
      ['UserCreated by webhook', expect.stringMatching(/^UserUpdated .* email verifiedEmail$/)],
    ]);
    expect(before.flat().filter((line) => line.startsWith('UserUpdated'))).toEqual([]);
  });

  it('has been down for too long, what is given up is in the failure queue, and what follows is told', async () => {
    // A second of it is the mapping's window: what follows must not grow too old on a busy machine.
    const impatient = withEventMapping({ MaximumRecordAgeInSeconds: 5 });
    const other = await startLocalStack({ assembly: impatient.assembly, webhookRetryScale: 0.001 });
    try {
      const elsewhere = createWorld(other.file);
      await busFaults(other.file, { down: true });
      const lost = await signUp(elsewhere, 'lost@example.com', 'Lost');
      await elsewhere.flushWebhooks();
      await expect.poll(() => givenUp(other), SOON).toEqual(['changes: 1 RecordAgeExceeded']);
      await busFaults(other.file, {});
      const next = await signUp(elsewhere, 'next@example.com', 'Next');
      await elsewhere.flushWebhooks();
      await expect.poll(() => storyOf(other.file, next.id), SOON).toEqual(['UserCreated by webhook']);
      expect(await storyOf(other.file, lost.id)).toEqual([]);
    } finally {
      await other.close();
      impatient.remove();
    }
  });

  it('takes one entry in five, what comes again has the id that it had', async () => {
    await busFaults(stack.file, { throttle: 0.8 });
    const users: User[] = [];
    const told = async () => (await Promise.all(users.map(({ id }) => eventsOf(stack.file, id)))).flat();
    // Which entries come again depends on which come together: people sign up until one has.
    const repetitions = async (): Promise<number> => {
      users.push(await signUp(world, `fifth${users.length}@example.com`, `T${users.length}`));
      const events = await told();
      return events.length - new Set(events.map(({ detail }) => detail.userId)).size;
    };
    await expect.poll(repetitions, { timeout: 40_000, interval: 100 }).toBeGreaterThan(0);
    await busFaults(stack.file, {});
    await world.flushWebhooks();
    for (const { id } of users) await expect.poll(() => story(id), SOON).toEqual(['UserCreated by webhook']);
    expect(new Set((await told()).map(({ detail }) => detail.eventId)).size).toBe(users.length);
  });

  async function reserved({ id }: User): Promise<unknown> {
    return (await world.item(id))['reservedEmail'];
  }

  /** Gives a user another address and takes the old one away, so that somebody else may have it. */
  async function replaceEmail(user: User, address: string): Promise<void> {
    const { primaryEmailAddressId: before } = await world.clerk.users.getUser(user.id);
    await changeEmail(world, user, address);
    if (before !== null) await world.clerk.emailAddresses.deleteEmailAddress(before);
  }
});

/** What all functions have logged from a moment on. */
async function logOf({ file }: LocalStack, from = 0): Promise<string> {
  const lines: unknown = await (await fetch(`${file.api}/__local/logs?limit=10000`)).json();
  return JSON.stringify((lines as readonly { at: number }[]).filter(({ at }) => at >= from));
}

interface Waiting {
  readonly body: {
    readonly requestContext: { readonly condition: string };
    readonly DDBStreamBatchInfo: { readonly batchSize: number };
  };
}

/** What a person finds in the failure queues that are not empty. */
async function givenUp({ file }: LocalStack): Promise<readonly string[]> {
  const queues = (await (await fetch(`${file.api}/__local/queues`)).json()) as Readonly<
    Record<string, readonly Waiting[]>
  >;
  return Object.entries(queues).flatMap(([name, messages]) =>
    messages.map(({ body: { requestContext, DDBStreamBatchInfo } }) => {
      const queue = name.includes('ChangeStreamFailures') ? 'changes' : name;
      return `${queue}: ${DDBStreamBatchInfo.batchSize} ${requestContext.condition}`;
    }),
  );
}

/** The assembly with another mapping of users: what takes hours is to take seconds. */
function withEventMapping(properties: object): { readonly assembly: string; readonly remove: () => void } {
  const assembly = mkdtempSync(join(tmpdir(), 'impatient-'));
  cpSync(inject('assembly'), assembly, { recursive: true });
  const file = join(assembly, readdirSync(assembly).find((name) => name.endsWith('.template.json')) ?? '');
  const template = JSON.parse(readFileSync(file, 'utf8')) as Template;
  const mapping = Object.entries(template.Resources).find(([id]) => id.includes('EventMapping'))?.[1];
  Object.assign(mapping!.Properties, properties);
  writeFileSync(file, JSON.stringify(template));
  return { assembly, remove: () => rmSync(assembly, { recursive: true, force: true }) };
}

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Properties: object }>>;
}

describe('Personal values', () => {
  it('are on no event, and in no line of the function that tells of them', async () => {
    const personal = {
      email: 'secretive.person@example.com',
      firstName: 'Žofie-Unmistakable',
      lastName: 'Dvořáková-Unmistakable',
      username: 'unmistakable_username',
      externalId: 'crm-unmistakable',
      cohort: 'cohort-unmistakable',
    };
    const user = await world.clerk.users.createUser({
      emailAddress: [personal.email],
      firstName: personal.firstName,
      lastName: personal.lastName,
      username: personal.username,
      externalId: personal.externalId,
      publicMetadata: { cohort: personal.cohort },
    });
    await world.flushWebhooks();
    await changeEmail(world, user, 'another.secretive@example.com');
    await world.flushWebhooks();
    await expect.poll(() => story(user.id), SOON).toHaveLength(2);
    const { imageUrl } = await world.clerk.users.getUser(user.id);
    const published = await (await fetch(`${stack.file.api}/__local/events?limit=10000`)).text();
    const logged = await logOf(stack);
    const values = [...Object.values(personal), 'another.secretive@example.com', 'secretive', imageUrl];
    for (const text of [published, logged]) expect(values.filter((value) => text.includes(value))).toEqual([]);
    expect(published).toContain(user.id);
  });
});
