import { beforeEach, describe, expect, it } from 'vitest';
import { createAskLimit } from '../../../functions/authorizer/ask-limit.ts';
import { authorize } from '../../../functions/authorizer/authorize.ts';
import type { AuthorizerDependencies } from '../../../functions/authorizer/dependencies.ts';
import { withinLimits } from '../../../shared/adapters/clerk/within-limits.ts';
import { DirectoryUnavailable } from '../../../shared/ports/user-directory.ts';
import type { UserDirectory } from '../../../shared/ports/user-directory.ts';
import { StoreUnavailable } from '../../../shared/ports/user-store.ts';
import type { UserStore } from '../../../shared/ports/user-store.ts';
import { authorizerOf, CLAIMS, ID, storeFromClerk, verified } from '../../support/functions/authorizer.ts';
import type { Parts } from '../../support/functions/parts.ts';
import { createParts, directoryUser, NOW } from '../../support/functions/parts.ts';

let parts: Parts;
beforeEach(async () => {
  parts = createParts();
  await storeFromClerk(parts);
});

interface Delays {
  /** How long Clerk takes to answer, ms. */
  readonly clerk: number;
  readonly read?: number;
  readonly write?: number;
}

/** The authorizer of one container, over a table and a Clerk that take their time and, when it is over, give up as ours do. */
function container({ clerk, read = 5, write = 150 }: Delays, over: Partial<AuthorizerDependencies> = {}) {
  const sleep = (ms: number, signal?: AbortSignal) => parts.time.timers.sleep(ms, signal);
  const store: UserStore = {
    ...parts.store,
    get: async (id, options) => {
      await sleep(read);
      return parts.store.get(id, options);
    },
    write: async (own, options) => {
      await sleep(write, options?.signal).catch(() => {
        throw new StoreUnavailable('the time for it is over');
      });
      return parts.store.write(own, options);
    },
  };
  const directory: UserDirectory = {
    ...parts.directory,
    getUser: async (id, options) => {
      await sleep(clerk, options?.signal).catch(() => {
        throw new DirectoryUnavailable('the time for it is over');
      });
      return parts.directory.getUser(id, options);
    },
  };
  const askLimit = createAskLimit({ ...parts, directory: withinLimits(directory, parts) });
  return authorizerOf(parts, { store, askLimit, ...over });
}

/** Sends a request, and says what came of it within the time, ms, if anything. */
async function answerWithin(ms: number, deps: AuthorizerDependencies) {
  let answer: Awaited<ReturnType<typeof authorize>> | undefined;
  const answering = authorize('token', deps).then((value) => (answer = value));
  await parts.time.advance(ms);
  const inTime = answer;
  await parts.time.advance(5_000);
  await answering;
  return inTime;
}

const differing = (id = ID) => verified({ id, claims: { firstName: 'Claimed' } });
const unknown = verified({ id: 'user_new', claims: { firstName: 'New' } });
const clerkHas = (firstName: string) =>
  parts.clerkUsers.set(ID, directoryUser(ID, { asOf: NOW, profile: { ...CLAIMS, firstName } }));

describe('A question about a stored user', () => {
  it('leaves time to write what Clerk says', async () => {
    clerkHas('Changed');
    const answer = await answerWithin(800, container({ clerk: 500 }, { verifier: differing() }));
    expect(answer).toMatchObject({ verdict: 'allow', user: { firstName: 'Changed', synced: true } });
    expect(await parts.memory.get(ID)).toMatchObject({ revision: 2 });
  });

  it('is given up where it would not: the stored user stands, and nothing has failed', async () => {
    clerkHas('Changed');
    const answer = await answerWithin(800, container({ clerk: 650 }, { verifier: differing() }));
    expect(answer).toMatchObject({ verdict: 'allow', user: { firstName: 'First', synced: true } });
    expect(parts.metrics.sum('SyncFailed', { Path: 'authorizer' })).toBe(0);
  });

  it('is not asked where the read has left no time for an answer, and is then asked by the next request', async () => {
    clerkHas('Changed');
    const slow = container({ clerk: 100, read: 500 }, { verifier: differing() });
    expect(await answerWithin(800, slow)).toMatchObject({ user: { firstName: 'First', synced: true } });
    expect(parts.asked).toEqual([]);
    const { store } = container({ clerk: 100 });
    expect(await answerWithin(800, { ...slow, store })).toMatchObject({ user: { firstName: 'Changed' } });
    expect(parts.asked).toEqual([ID]);
  });

  it('that has had its time counts for the container, which stops asking after five', async () => {
    const silent = container({ clerk: 60_000, read: 200 });
    for (let n = 0; n < 5; n += 1) {
      const user = directoryUser(`user_${n}`);
      await storeFromClerk(parts, user);
      await answerWithin(800, { ...silent, verifier: differing(user.id) });
    }
    expect(parts.log.lines).toContainEqual(expect.objectContaining({ message: 'Clerk is not asked for a while' }));
  });
});

describe('A missing user whom only Clerk could describe', () => {
  it('waits for a silent Clerk for 0.7 s beside the time of the table, and comes in with what the token has', async () => {
    const deps = container({ clerk: 60_000, read: 5, write: 5 }, { verifier: unknown });
    expect(await answerWithin(5 + 700 + 5 + 20, deps)).toMatchObject({
      verdict: 'allow',
      user: { id: 'user_new', firstName: 'New', synced: true },
    });
  });

  it('is written, though Clerk took its time: the table has its own', async () => {
    parts.clerkUsers.set('user_new', directoryUser('user_new'));
    const deps = container({ clerk: 650, write: 300 }, { verifier: unknown });
    expect(await answerWithin(5 + 650 + 300 + 20, deps)).toMatchObject({ user: { firstName: 'First', synced: true } });
    expect(parts.metrics.sum('SyncFailed', { Path: 'authorizer' })).toBe(0);
  });
});
