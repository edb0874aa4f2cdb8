import { describe, expect, it } from 'vitest';
import { publishChanges } from '../../../functions/changes/publish-changes.ts';
import { createMemoryEventPublisher } from '../../../shared/adapters/memory/event-publisher.ts';
import { createMemoryLog } from '../../../shared/adapters/memory/log.ts';
import type { StoredUser } from '../../../shared/domain/user.ts';
import { ADA, ADAS_RECORD, asStored, deletion, event, SECOND, storedAfter } from '../../support/domain/builders.ts';
import { userImage, userRecord } from '../../support/dynamodb/user-image.ts';

const created = asStored(storedAfter(event({ asOf: SECOND })));
const banned = again(asStored(storedAfter(event({ asOf: SECOND, record: { banned: true } }))), 2);
const gone = again(asStored(storedAfter(event({ asOf: SECOND }), deletion(SECOND + 9_000))), 3);

const HISTORY = [
  userRecord('100', undefined, userImage(created)),
  userRecord('200', userImage(created), userImage(banned)),
  userRecord('300', userImage(banned), userImage(gone)),
];

function again(user: StoredUser, revision: number): StoredUser {
  return { ...user, revision, updatedAt: SECOND + revision };
}

function world(refuses?: Parameters<typeof createMemoryEventPublisher>[0]) {
  const publisher = createMemoryEventPublisher(refuses);
  const log = createMemoryLog();
  const publish = (...records: typeof HISTORY) => publishChanges({ Records: records }, { publisher, log });
  const told = () => publisher.events.map(({ type, revision }) => `${type} ${revision}`);
  return { publish, told, publisher, log };
}

describe('the change-stream function, of users', () => {
  it('tells the bus what has happened, in the order of the changes', async () => {
    const { publish, told, log } = world();
    expect(await publish(...HISTORY)).toEqual({ batchItemFailures: [] });
    expect(told()).toEqual(['UserCreated 1', 'UserUpdated 2', 'UserDeleted 3']);
    expect(log.lines).toEqual([]);
  });

  it('has the first that the bus did not take sent again, and all behind it, which it has not tried', async () => {
    const down = new Set(['UserUpdated']);
    const { publish, told, log } = world(({ type }) => (down.has(type) ? 'ThrottlingException' : undefined));
    expect(await publish(...HISTORY)).toEqual({ batchItemFailures: [{ itemIdentifier: '200' }] });
    expect(told()).toEqual(['UserCreated 1']);
    expect(log.lines).toEqual([
      { level: 'warn', message: 'events not published', facts: { events: 2, reason: 'ThrottlingException' } },
    ]);
    down.clear();
    expect(await publish(...HISTORY.slice(1))).toEqual({ batchItemFailures: [] });
    expect(told()).toEqual(['UserCreated 1', 'UserUpdated 2', 'UserDeleted 3']);
  });

  it('gives a change that comes again the id that it had', async () => {
    const { publish, publisher } = world();
    await publish(...HISTORY);
    await publish(...HISTORY);
    const ids = publisher.events.map(({ eventId }) => eventId);
    expect(ids.slice(3)).toEqual(ids.slice(0, 3));
    expect(new Set(ids).size).toBe(3);
  });

  it('has nothing to say of removed tombstones, of other items, and of what tells nothing', async () => {
    const { publish, told, log } = world();
    const others = ['email#ada@example.com', 'run#1', 'usernames', ''].map((pk, at) =>
      userRecord(String(at), undefined, { ...userImage(created), pk: { S: pk } }),
    );
    const removed = userRecord('7', userImage(gone));
    const versionOnly = userRecord('8', userImage(created), userImage(again(created, 2)));
    expect(await publish(...others, removed, versionOnly, { eventName: 'INSERT' })).toEqual({ batchItemFailures: [] });
    expect([told(), log.lines]).toEqual([[], []]);
  });

  it('passes over an item that was written by somebody else, says so, and tells the rest', async () => {
    const { publish, told, log } = world();
    const odd = { ...userImage(created), firstName: { N: '7' } };
    await publish(userRecord('1', undefined, odd), userRecord('2', odd, userImage(banned)), HISTORY[0]!);
    expect(told()).toEqual(['UserCreated 1']);
    expect(log.lines).toHaveLength(2);
    expect(log.lines[0]).toMatchObject({ level: 'error', message: 'change not told', facts: { userId: created.id } });
    expect(String(log.lines[0]?.facts['reason'])).toContain('"firstName" must be a string');
  });

  it('reads what an application keeps beside, whatever it is, and tells nothing of it', async () => {
    const { publish, told } = world();
    const app = { M: { photo: { B: 'AAEC' }, tags: { SS: ['a'] }, seen: { NS: ['1'] }, raw: { BS: ['AAEC'] } } };
    await publish(userRecord('1', userImage(created), { ...userImage(created), app }));
    await publish(userRecord('2', { ...userImage(created), app }, { ...userImage(banned), app }));
    expect(told()).toEqual(['UserUpdated 2']);
  });

  it('puts no value of a user on the bus or into the log', async () => {
    const { publish, publisher, log } = world(({ type }) => (type === 'UserDeleted' ? 'InternalFailure' : undefined));
    await publish(...HISTORY);
    const said = JSON.stringify([publisher.events, log.lines]);
    const { email, firstName, lastName, imageUrl } = ADA;
    const values = [email, firstName, lastName, imageUrl, ADAS_RECORD.externalId, 'cohort', 'spring'];
    expect(values.filter((value) => said.includes(String(value)))).toEqual([]);
  });

  it('throws a defect on, for Lambda to count', async () => {
    const deps = { log: createMemoryLog(), publisher: { publish: () => Promise.reject(new TypeError('a defect')) } };
    await expect(publishChanges({ Records: HISTORY }, deps)).rejects.toThrow(TypeError);
  });
});
