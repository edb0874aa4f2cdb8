import { describe, expect, it } from 'vitest';
import type { AdminDependencies } from '../../../functions/admin/dependencies.ts';
import { replayOne } from '../../../functions/admin/quarantine.ts';
import { createMemoryInstanceStore } from '../../../shared/adapters/memory/instance-store.ts';
import { DirectoryUnavailable } from '../../../shared/ports/user-directory.ts';
import { StoreUnavailable } from '../../../shared/ports/user-store.ts';
import { NOW } from '../../support/functions/parts.ts';
import { createWebhookWorld, userCreated } from '../../support/functions/webhook-world.ts';

const EVENT = {
  routeKey: 'POST /admin/quarantine/{id}/replay',
  headers: {},
  isBase64Encoded: false,
  requestContext: {},
  pathParameters: { id: 'msg_1' },
};

/** A table that no run has claimed, and in quarantine an example event of another instance, signed with our secret. */
async function world(instanceId: () => Promise<string>) {
  const { deps: given, parts } = createWebhookWorld();
  const { directory, quarantine } = given;
  const deps = { ...given, instance: createMemoryInstanceStore(), directory: { ...directory, instanceId } };
  const body = JSON.stringify({ ...userCreated(), instance_id: 'ins_theirs' });
  await quarantine.put({ id: 'msg_1', body, reason: 'another-instance', firstAt: NOW, userId: 'user_one' });
  const replay = () => replayOne.run(EVENT, deps as Partial<AdminDependencies> as AdminDependencies);
  const isStored = async (): Promise<boolean> => (await parts.memory.get('user_one')) !== undefined;
  return { replay, isStored };
}

describe('An event of another instance, replayed before any run has claimed the table', () => {
  it('makes no user: whose secret key is ours says whose table it is', async () => {
    const { replay, isStored } = await world(() => Promise.resolve('ins_ours'));
    expect(await replay()).toMatchObject({ answer: { statusCode: 409 }, result: 'event_unusable' });
    expect(await isStored()).toBe(false);
  });

  it('waits as long as Clerk does not say whose the key is', async () => {
    const { replay, isStored } = await world(() => Promise.reject(new DirectoryUnavailable('Clerk is away.')));
    await expect(replay()).rejects.toThrow(StoreUnavailable);
    expect(await isStored()).toBe(false);
  });
});
