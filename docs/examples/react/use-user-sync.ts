import { useEffect, useRef, useState } from 'react';
import { syncUser } from './sync-user.ts';
import type { SyncRequest, UserSync } from './sync-user.ts';

/** What `useAuth()` of `@clerk/clerk-react` and of `@clerk/clerk-expo` answers, and what is needed of it. */
export interface SignedIn {
  /** Undefined until Clerk is loaded, null for nobody. */
  readonly sessionId: string | null | undefined;
  readonly getToken: SyncRequest['getToken'];
}

export type UserSyncState = UserSync | { readonly status: 'loading' | 'signed-out' | 'syncing' };

/** By API and session: one request for a sign-in, however many components ask, and however often React mounts them. */
const begun = new Map<string, Promise<UserSync>>();

/**
 * Has the mirror read the user once when she signs in, and answers what came of it: for React and React Native.
 *
 * @param auth what `useAuth()` answers
 * @param api the API's address, without a slash at the end
 */
export function useUserSync({ auth, api }: { readonly auth: SignedIn; readonly api: string }): UserSyncState {
  const { sessionId, getToken } = auth;
  const [done, setDone] = useState<{ readonly sessionId: string; readonly result: UserSync }>();
  // Clerk's getToken is another function on each render: as a dependency it would begin the effect again and again.
  const latest = useRef(getToken);
  useEffect(() => {
    latest.current = getToken;
  });
  useEffect(() => {
    if (!sessionId) return undefined;
    let isMounted = true;
    const request: SyncRequest = { api, getToken: (options) => latest.current(options) };
    const sync = async (): Promise<void> => {
      const result = await once(`${api} ${sessionId}`, () => syncUser(request));
      if (isMounted) setDone({ sessionId, result });
    };
    void sync();
    return () => {
      isMounted = false;
    };
  }, [api, sessionId]);
  if (!sessionId) return { status: sessionId === null ? 'signed-out' : 'loading' };
  return done?.sessionId === sessionId ? done.result : { status: 'syncing' };
}

async function once(key: string, begin: () => Promise<UserSync>): Promise<UserSync> {
  const known = begun.get(key) ?? begin();
  begun.set(key, known);
  const result = await known;
  // Whoever mounts next tries again.
  if (result.status === 'failed') begun.delete(key);
  return result;
}
