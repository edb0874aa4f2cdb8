import { describe, expect, it } from 'vitest';
import type { DirectoryUser } from '../../../shared/ports/user-directory.ts';
import { resolveName } from '../../../shared/sync/names/resolve-name.ts';
import { clerkUser, clerkUsers, userId } from './support/clerk.ts';
import { createWorld, START } from './support/world.ts';

const SHARED = 'shared@example.com';

function withEmail(n: number, email: string, asOf: number): DirectoryUser {
  return clerkUser(n, { profile: { email }, record: { verifiedEmail: email }, asOf });
}

describe('a user whom a webhook has just brought', () => {
  it('is left alone also when a name was given to her since: that read nothing of her from Clerk', async () => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(50));
    await world.mirror([...clerkUsers(50).slice(1), withEmail(0, SHARED, START - 5_000)]);
    await world.mirror([withEmail(500, SHARED, START - 900)], START - 900, 800);
    await world.mirror([clerkUser(0, { asOf: START - 700 })], START - 700, 700);
    world.clerk.add(clerkUser(0, { asOf: START - 700 }));
    await resolveName(world.deps, { kind: 'email', value: SHARED });
    expect((await world.get(userId(500)))?.held.email).toBe(SHARED);

    expect(await world.run()).toMatchObject({ suspects: 1, deleted: 0 });
    expect((await world.get(userId(500)))?.tombstone).toBeUndefined();
    await world.time.advance(60_000);
    expect(await world.run()).toMatchObject({ suspects: 1, deleted: 1 });
  });

  it('is not left alone where a run has brought her: she was read from Clerk before', async () => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(50), clerkUser(500));
    expect(await world.run()).toMatchObject({ created: 51 });
    world.clerk.users.delete(userId(500));
    await world.time.advance(1_000);
    expect(await world.run()).toMatchObject({ suspects: 1, deleted: 1 });
  });
});
