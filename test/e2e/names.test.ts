import type { User } from '@clerk/backend';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { LocalStack } from '../../infra/local/local-stack.ts';
import { startLocalStack } from '../../infra/local/local-stack.ts';
import type { World } from '../../scripts/demo/world.ts';
import { changeEmail, createWorld, signUp } from '../../scripts/demo/world.ts';

let stack: LocalStack;
let world: World;

beforeAll(async () => {
  stack = await startLocalStack({ assembly: inject('assembly'), webhookRetryScale: 0.001 });
  world = createWorld(stack.file);
});
afterAll(() => stack?.close());

/** Gives a user another address and takes the old one away, so that somebody else may have it. */
async function replaceEmail(user: User, address: string): Promise<void> {
  const { primaryEmailAddressId: before } = await world.clerk.users.getUser(user.id);
  await changeEmail(world, user, address);
  if (before !== null) await world.clerk.emailAddresses.deleteEmailAddress(before);
}

const emailOf = async (userId: string): Promise<unknown> => (await world.item(userId))['reservedEmail'];

describe('Two users who swap their addresses, of whom only one event arrives', () => {
  it('have each other’s address within seconds, without a run: the table’s stream drives the one who settles it', async () => {
    const [ada, bea] = [await signUp(world, 'swap-a@example.com', 'A'), await signUp(world, 'swap-b@example.com', 'B')];
    await world.flushWebhooks();
    await world.control('PUT', 'faults', { webhooks: { drop: 1 } });
    await replaceEmail(ada, 'swap-between@example.com');
    await replaceEmail(bea, 'swap-a@example.com');
    await world.control('PUT', 'faults', {});
    await replaceEmail(ada, 'swap-b@example.com');
    await world.flushWebhooks();
    await expect
      .poll(async () => [await emailOf(ada.id), await emailOf(bea.id)], { timeout: 20_000 })
      .toEqual(['swap-b@example.com', 'swap-a@example.com']);
    const { mismatches } = await world.compare();
    expect(mismatches.filter(({ userId }) => [ada.id, bea.id].includes(userId))).toEqual([]);
    const items = [await world.item(ada.id), await world.item(bea.id)];
    expect(items.map((item) => item['conflicts'])).toEqual([undefined, undefined]);
  });
});

describe('A username', () => {
  it('comes with the user of a request, derived where Clerk has none and with a part of the id on a collision', async () => {
    const first = await signUp(world, 'same@one.example.com', 'One');
    await world.flushWebhooks();
    const second = await signUp(world, 'same@two.example.com', 'Two');
    await world.flushWebhooks();
    expect((await world.item(first.id))['username']).toBe('same');
    expect((await world.item(second.id))['username']).toBe(`same-${second.id.slice(-4).toLowerCase()}`);
    const { body } = await world.get('/whoami', await world.token(second.id));
    expect(body).toMatchObject({ username: `same-${second.id.slice(-4).toLowerCase()}` });
  });
});
