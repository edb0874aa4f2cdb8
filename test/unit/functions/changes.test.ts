import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { resolveChanges } from '../../../functions/changes/resolve-changes.ts';
import { takeChanges } from '../../../functions/changes/take-changes.ts';
import { createMemoryEventPublisher } from '../../../shared/adapters/memory/event-publisher.ts';
import type { DirectoryUser } from '../../../shared/ports/user-directory.ts';
import { DirectoryUnavailable } from '../../../shared/ports/user-directory.ts';
import { MalformedItem } from '../../../shared/ports/malformed-item.ts';
import { UnstorableUser } from '../../../shared/ports/user-store.ts';
import { applySnapshot } from '../../../shared/sync/apply-snapshot.ts';
import { userImage, userRecord } from '../../support/dynamodb/user-image.ts';
import { createParts, directoryUser, NOW, record } from '../../support/functions/parts.ts';

const ADA = 'ada@example.com';
const BEA = 'bea@example.com';

/** A change of the item with the key, as the table's stream tells of it. */
function change(pk: string, SequenceNumber: string): DynamoDBRecord {
  return { eventName: 'MODIFY', dynamodb: { Keys: { pk: { S: pk } }, SequenceNumber } };
}

function person(id: string, email: string, asOf = NOW - 60_500): DirectoryUser {
  const profile = { email, firstName: null, lastName: null, imageUrl: null };
  return { ...directoryUser(id), profile, record: record(email), asOf };
}

/** Two users with one address: Clerk gives it to the second, and the first has another by now. */
async function conflict() {
  const parts = createParts();
  const known = new Map([person('user_a', BEA, NOW - 10_500), person('user_b', ADA)].map((user) => [user.id, user]));
  const asked: (readonly string[])[] = [];
  const listUsersById = (ids: readonly string[]): Promise<DirectoryUser[]> => {
    asked.push(ids);
    if (parts.down.clerk) return Promise.reject(new DirectoryUnavailable('down'));
    return Promise.resolve(ids.flatMap((id) => known.get(id) ?? []));
  };
  const deps = { ...parts, directory: { ...parts.directory, listUsersById } };
  for (const user of [person('user_a', ADA), person('user_b', ADA)]) {
    await applySnapshot(deps, { source: 'event', ...user, seenAt: NOW }, { path: 'webhook', budgetMs: 5_000 });
  }
  const owner = async (value: string) => (await parts.memory.reservation({ kind: 'email', value })).owner;
  const resolve = (...records: DynamoDBRecord[]) => resolveChanges({ Records: records }, deps);
  return { parts, deps, asked, owner, resolve };
}

describe('the change-stream function', () => {
  it('gives a name that somebody waits for to the one to whom Clerk gives it', async () => {
    const { owner, resolve } = await conflict();
    expect(await resolve(change(`email#${ADA}`, '1'))).toEqual({ batchItemFailures: [] });
    expect([await owner(ADA), await owner(BEA)]).toEqual(['user_b', 'user_a']);
  });

  it('looks at a name once, however often it has changed', async () => {
    const { asked, resolve } = await conflict();
    await resolve(change(`email#${ADA}`, '1'), change(`email#${ADA}`, '2'), change(`email#${ADA}`, '3'));
    expect(asked).toEqual([['user_a', 'user_b']]);
  });

  it('leaves alone what is no name', async () => {
    const { asked, resolve, owner } = await conflict();
    const others = ['user#user_a', 'settings#instance', 'email#', ''].map((pk, n) => change(pk, String(n)));
    expect(await resolve(...others, { eventName: 'MODIFY' })).toEqual({ batchItemFailures: [] });
    expect([asked, await owner(ADA)]).toEqual([[], 'user_a']);
  });

  it('has what it could not resolve sent again from its first change on, and resolves the rest', async () => {
    const { parts, owner, resolve } = await conflict();
    parts.down.clerk = true;
    const stale = { kind: 'email', value: 'gone@example.com' } as const;
    const answer = await resolve(
      change(`email#${stale.value}`, '1'),
      change(`email#${ADA}`, '2'),
      change(`email#${ADA}`, '3'),
    );
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
    expect(await owner(ADA)).toBe('user_a');
    expect(JSON.stringify(parts.log.lines)).not.toContain('example.com');
    parts.down.clerk = false;
    expect(await resolve(change(`email#${ADA}`, '2'))).toEqual({ batchItemFailures: [] });
    expect(await owner(ADA)).toBe('user_b');
  });

  it.each([
    ['has been broken by hand', new MalformedItem('The item email#ada@example.com is malformed.')],
    ['has no room left', new UnstorableUser('The item is too large.')],
  ])('passes over the name of somebody whose item %s, and resolves the rest', async (_case, error) => {
    const { parts, deps, owner } = await conflict();
    const reservation: typeof deps.store.reservation = (name) =>
      name.value === 'x@example.com' ? Promise.reject(error) : parts.memory.reservation(name);
    const Records = [change('email#x@example.com', '1'), change(`email#${ADA}`, '2')];
    const answer = await resolveChanges({ Records }, { ...deps, store: { ...deps.store, reservation } });
    expect([answer, await owner(ADA)]).toEqual([{ batchItemFailures: [] }, 'user_b']);
    const facts = { kind: 'email', reason: error.code };
    expect(parts.log.lines).toContainEqual({ level: 'error', message: 'name not resolved', facts });
    expect(JSON.stringify(parts.log.lines)).not.toContain('example.com');
  });

  it('resolves names and tells of users, and neither waits for the other', async () => {
    const { parts, deps, owner } = await conflict();
    const user = await parts.memory.get('user_a');
    const Records = [change(`email#${ADA}`, '1'), userRecord('2', undefined, userImage(user!))];
    const refusing = { ...deps, publisher: createMemoryEventPublisher(() => 'InternalFailure') };
    expect(await takeChanges({ Records }, refusing)).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
    expect(await owner(ADA)).toBe('user_b');
    const publisher = createMemoryEventPublisher();
    const another = await conflict();
    another.parts.down.clerk = true;
    expect(await takeChanges({ Records }, { ...another.deps, publisher })).toEqual({
      batchItemFailures: [{ itemIdentifier: '1' }],
    });
    expect(publisher.events).toMatchObject([{ type: 'UserCreated', userId: 'user_a' }]);
  });

  it('throws a defect on, for Lambda to count', async () => {
    const { parts, resolve } = await conflict();
    const failing = resolveChanges(
      { Records: [change(`email#${ADA}`, '1')] },
      {
        ...parts,
        store: { ...parts.store, reservation: () => Promise.reject(new TypeError('a defect')) },
      },
    );
    await expect(failing).rejects.toThrow(TypeError);
    expect(await resolve()).toEqual({ batchItemFailures: [] });
  });
});
