import type { ClerkClient } from '@clerk/backend';
import { isClerkAPIResponseError } from '@clerk/backend/errors';
import type { DirectoryUser, UserDirectory } from '../../ports/user-directory.ts';
import type { ClerkAccess, ClerkAccessOptions } from './clerk-access.ts';
import { createClerkAccess } from './clerk-access.ts';
import { parseClerkUser } from './clerk-user.ts';
import { unreadable } from './directory-errors.ts';
import {
  checkIds,
  checkLimit,
  fetchById,
  fetchPage,
  fetchUpdated,
  LIST_BY_ID,
  LIST_PAGE,
  LIST_UPDATED,
} from './list-page.ts';
import { isUserId } from './user-id.ts';

export interface UserDirectoryOptions extends ClerkAccessOptions {
  /** `https://api.clerk.com`, or a stand-in's URL: without a slash at its end and without `/v1`. */
  readonly apiUrl: string;
}

const GET_USER = 'get user';
const COUNT_USERS = 'count users';
const GET_INSTANCE = 'get instance';

/**
 * Clerk's Backend API as the port `UserDirectory`: single calls through `@clerk/backend`, lists by `fetch`.
 * Repeats nothing: see `withRetries`.
 */
export function createUserDirectory(options: UserDirectoryOptions): UserDirectory {
  const { apiUrl } = options;
  const access = createClerkAccess(options);
  const clients = createClients(apiUrl);
  return {
    getUser: async (id, own) => getUser(access, await clients(), id, own),
    async listUsers(page, own) {
      checkLimit(page.limit);
      return access(LIST_PAGE, own, (secretKey, signal) => fetchPage({ apiUrl, secretKey, signal }, page));
    },
    async listUpdated(page, own) {
      checkLimit(page.limit);
      return access(LIST_UPDATED, own, (secretKey, signal) => fetchUpdated({ apiUrl, secretKey, signal }, page));
    },
    async listUsersById(ids, own) {
      checkIds(ids);
      return access(LIST_BY_ID, own, (secretKey, signal) => fetchById({ apiUrl, secretKey, signal }, ids));
    },
    async countUsers(own) {
      const clientFor = await clients();
      return access(COUNT_USERS, own, async (key) => readCount(await clientFor(key).users.getCount()));
    },
    async instanceId(own) {
      const clientFor = await clients();
      return access(GET_INSTANCE, own, async (key) => readInstanceId(await clientFor(key).instance.get()));
    },
  };
}

type Clients = (secretKey: string) => ClerkClient;

/**
 * A client for each secret key, made once: the key changes only when it is rotated. The package is loaded with the first call: it
 * is larger than all else in the bundle of a function that hardly ever asks. It is loaded before the time for the call begins:
 * that somebody waits for it says nothing about Clerk.
 */
function createClients(apiUrl: string): () => Promise<Clients> {
  let made: { readonly secretKey: string; readonly client: ClerkClient } | undefined;
  return async () => {
    const { createClerkClient } = await import('@clerk/backend');
    return (secretKey) => {
      if (made?.secretKey !== secretKey) {
        made = { secretKey, client: createClerkClient({ secretKey, apiUrl, telemetry: { disabled: true } }) };
      }
      return made.client;
    };
  };
}

async function getUser(
  access: ClerkAccess,
  clientFor: Clients,
  id: string,
  options: Parameters<UserDirectory['getUser']>[1],
): Promise<DirectoryUser | undefined> {
  // The package puts the id into the path as it is.
  if (!isUserId(id)) throw new TypeError('This is not the id of a Clerk user (user_…).');
  return access(GET_USER, options, async (secretKey) => {
    try {
      const user = await clientFor(secretKey).users.getUser(id);
      return readUser(user.raw, id);
    } catch (error) {
      if (isNoSuchUser(error)) return undefined;
      throw error;
    }
  });
}

/** Only this answer is an absence: a 404 of a proxy, or of a wrong URL, says nothing about the user. */
function isNoSuchUser(error: unknown): boolean {
  if (!isClerkAPIResponseError(error) || error.status !== 404) return false;
  return error.errors.some(({ code }) => code === 'resource_not_found');
}

function readUser(raw: unknown, id: string): DirectoryUser {
  const parsed = parseClerkUser(raw);
  if (!parsed.ok) throw unreadable(GET_USER, `the user cannot be read (${parsed.reason})`);
  if (parsed.user.id !== id) throw unreadable(GET_USER, 'it is another user');
  return parsed.user;
}

/** The package hands on whatever the body was: its types are a promise, not a check. */
function readCount(count: unknown): number {
  if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 0) return count;
  throw unreadable(COUNT_USERS, 'it has no total_count');
}

function readInstanceId(instance: unknown): string {
  const id = typeof instance === 'object' && instance !== null && 'id' in instance ? instance.id : undefined;
  if (typeof id === 'string' && id !== '') return id;
  throw unreadable(GET_INSTANCE, 'it has no id');
}
