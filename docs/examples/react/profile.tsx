import type { ReactNode } from 'react';
import { useUserSync } from './use-user-sync.ts';
import type { SignedIn } from './use-user-sync.ts';

/** In your app `auth` is `useAuth()`, of `@clerk/clerk-react` or `@clerk/clerk-expo`. */
export function Profile({ auth, api }: { readonly auth: SignedIn; readonly api: string }): ReactNode {
  const sync = useUserSync({ auth, api });
  if (sync.status === 'refused') return 'Your account cannot be used here.';
  if (sync.status === 'failed') return 'You are signed in. Some things may take a moment to appear.';
  return sync.status === 'synced' ? `Hello, ${sync.user.firstName ?? sync.user.username}.` : 'One moment…';
}
