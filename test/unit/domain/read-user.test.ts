import { describe, expect, it } from 'vitest';
import type { DirectoryUser, UserDirectory } from '../../../shared/ports/user-directory.ts';
import { DirectoryUnavailable } from '../../../shared/ports/user-directory.ts';
import { readUser } from '../../../shared/sync/read-user.ts';
import { ADA, ADAS_RECORD, ID, SECOND } from '../../support/domain/builders.ts';

const adaInClerk: DirectoryUser = { id: ID, profile: ADA, record: ADAS_RECORD, locked: true, asOf: SECOND };

/** A directory that takes two seconds for an answer. */
function reading(answer: () => DirectoryUser | undefined) {
  let now = SECOND + 60_000;
  const asked: { id: string; signal: AbortSignal | undefined }[] = [];
  const getUser: UserDirectory['getUser'] = async (id, options) => {
    asked.push({ id, signal: options?.signal });
    now += 2_000;
    return answer();
  };
  const unused = () => Promise.reject(new Error('Only getUser is to be called.'));
  const directory = {
    getUser,
    listUsers: unused,
    listUpdated: unused,
    listUsersById: unused,
    countUsers: unused,
    instanceId: unused,
  };
  return { deps: { directory, clock: { now: () => now } }, asked };
}

describe('a read of Clerk', () => {
  it('is dated from its start: what Clerk answers was true at some moment since', async () => {
    const { deps } = reading(() => adaInClerk);
    expect(await readUser(deps, ID, 'deleted')).toEqual({
      source: 'read',
      lifts: 'deleted',
      seenAt: SECOND + 60_000,
      ...adaInClerk,
    });
  });

  it('says absent only when Clerk says that there is no such user', async () => {
    expect(await readUser(reading(() => undefined).deps, ID, 'none')).toBe('absent');
  });

  it('says unavailable when Clerk says nothing', async () => {
    const failing = reading(() => {
      throw new DirectoryUnavailable('Clerk did not answer in time.');
    });
    expect(await readUser(failing.deps, ID, 'none')).toBe('unavailable');
  });

  it('hands on what is neither', async () => {
    const defect = new TypeError('Not a function.');
    const failing = reading(() => {
      throw defect;
    });
    await expect(readUser(failing.deps, ID, 'none')).rejects.toBe(defect);
  });

  it('can be given up', async () => {
    const { deps, asked } = reading(() => adaInClerk);
    const { signal } = new AbortController();
    await readUser(deps, ID, 'none', signal);
    expect(asked).toEqual([{ id: ID, signal }]);
  });
});
