import type { DirectoryOptions, UserDirectory } from '../../../shared/ports/user-directory.ts';
import { DirectoryUnavailable } from '../../../shared/ports/user-directory.ts';
import type { Party } from '../world/scheduler.ts';
import type { People } from '../world/people.ts';
import type { CallDependencies } from './call.ts';
import { send } from './call.ts';

export interface ClerkPortOptions extends CallDependencies {
  readonly people: People;
  /** What the function's adapter gives a call, ms. */
  readonly timeoutMs: number;
  /** Told of every "no such user" that Clerk has answered. */
  readonly absent: (id: string) => void;
  /** Told of every user whom a page of Clerk's list has shown. */
  readonly shown: (ids: readonly string[], party: Party | undefined) => void;
}

/** A replica of Clerk's is at most this far behind, ms. */
const LAG_MS = 3_000;

/** Clerk's API as a function sees it: over a network, with a rate limit, and now and then behind. */
export function clerkPort(options: ClerkPortOptions): UserDirectory {
  const { people, weather, scheduler, count } = options;
  const ask = <T>(own: DirectoryOptions | undefined, apply: () => Promise<T>): Promise<T> =>
    send(options, {
      to: 'clerk',
      isWrite: false,
      signal: own?.signal,
      timeoutMs: options.timeoutMs,
      apply,
      unavailable: (why) => new DirectoryUnavailable(`Clerk did not answer (${why}).`),
      refused: (why) =>
        why === 'throttled'
          ? new DirectoryUnavailable('Clerk refused for its rate limit.', { status: 429, retryAfterMs: 2_000 })
          : new DirectoryUnavailable('Clerk failed.', { status: 500 }),
    });
  const lag = (): number | undefined => {
    const draws = scheduler.party?.draws;
    if (!draws || !weather.strikes('clerk-lag', draws)) return undefined;
    count('fault clerk-lag');
    return scheduler.now - draws.between(1, LAG_MS);
  };
  const { directory } = people;
  return {
    getUser: async (id, own) => {
      const asOf = lag();
      const user = await ask(own, () =>
        asOf === undefined ? directory.getUser(id) : Promise.resolve(people.asOf(id, asOf)),
      );
      if (!user) options.absent(id);
      return user;
    },
    listUsers: async (page, own) => {
      const users = await ask(own, () => directory.listUsers(page));
      options.shown(
        users.map(({ id }) => id),
        scheduler.party,
      );
      return users;
    },
    listUpdated: async (page, own) => {
      const users = await ask(own, () => directory.listUpdated(page));
      options.shown(
        users.map(({ id }) => id),
        scheduler.party,
      );
      return users;
    },
    listUsersById: async (ids, own) => {
      const users = await ask(own, () => directory.listUsersById(ids));
      options.shown(
        users.map(({ id }) => id),
        scheduler.party,
      );
      return users;
    },
    countUsers: (own) => ask(own, () => directory.countUsers()),
    instanceId: (own) => ask(own, () => directory.instanceId()),
  };
}
