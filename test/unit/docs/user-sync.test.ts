import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { UseAuthReturn } from '@clerk/shared/types';
import { createElement, Fragment } from 'react';
import type { ReactNode } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { Profile } from '../../../docs/examples/react/profile.tsx';
import { syncUser } from '../../../docs/examples/react/sync-user.ts';
import type { SignedIn } from '../../../docs/examples/react/use-user-sync.ts';
import { renderInStrictMode } from '../../support/react/render.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly token: string | undefined;
}

type Answer = readonly [status: number, body: unknown];

/** An API that gives these answers, one after the other, the last for ever; and what it was asked. */
async function serve(...answers: readonly Answer[]): Promise<{ readonly api: string; readonly asked: Asked[] }> {
  const asked: Asked[] = [];
  server = createServer(({ method, url, headers }, response) => {
    const [status, body] = answers[Math.min(asked.length, answers.length - 1)]!;
    asked.push({ method, url, token: headers.authorization });
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { api: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, asked };
}

const SYNCED: Answer = [200, { outcome: 'unchanged', user: { id: 'user_1', firstName: 'Ada' } }];
const UNAVAILABLE: Answer = [503, { error: { code: 'unavailable', message: '' } }];
const WAITS = [1, 1];

/** Each token is another one, and says whether it had to be new. */
function tokens(): { readonly getToken: SignedIn['getToken'] } {
  let made = 0;
  return {
    getToken: ({ skipCache = false } = {}) => {
      made += 1;
      return Promise.resolve(`token-${made}${skipCache ? '-new' : ''}`);
    },
  };
}

describe('syncUser', () => {
  it('posts with the session token and answers the user', async () => {
    const { api, asked } = await serve(SYNCED);
    expect(await syncUser({ api, ...tokens() }, WAITS)).toMatchObject({ status: 'synced', outcome: 'unchanged' });
    expect(asked).toEqual([{ method: 'POST', url: '/users/sync', token: 'Bearer token-1' }]);
  });

  it.each<[string, Answer]>([
    ['the API cannot ask Clerk just now', UNAVAILABLE],
    ['the token had expired on the way', [401, { message: 'Unauthorized' }]],
    ['there are too many requests', [429, { message: 'Too Many Requests' }]],
    ['a gateway answers with a page', [502, '<html>']],
  ])('tries again with a token of its own when %s', async (_, first) => {
    const { api, asked } = await serve(first, SYNCED);
    expect((await syncUser({ api, ...tokens() }, WAITS)).status).toBe('synced');
    expect(asked.map(({ token }) => token)).toEqual(['Bearer token-1', 'Bearer token-2-new']);
  });

  it('gives up after its tries, and says why', async () => {
    const { api, asked } = await serve(UNAVAILABLE);
    expect(await syncUser({ api, ...tokens() }, WAITS)).toEqual({ status: 'failed', code: 'unavailable' });
    expect(asked).toHaveLength(3);
  });

  it.each<[number, string]>([
    [403, 'user_banned'],
    [404, 'user_not_found'],
  ])('takes %i for an answer', async (status, code) => {
    const { api, asked } = await serve([status, { error: { code, message: '' } }]);
    expect(await syncUser({ api, ...tokens() }, WAITS)).toEqual({ status: 'refused', code });
    expect(asked).toHaveLength(1);
  });

  it('fails where nobody listens, and where nobody is signed in any more', async () => {
    const { api } = await serve(SYNCED);
    server?.close();
    server?.closeAllConnections();
    expect(await syncUser({ api, ...tokens() }, [])).toEqual({ status: 'failed', code: 'unreachable' });
    const gone = { getToken: () => Promise.resolve(null) };
    expect(await syncUser({ api, ...gone }, [])).toEqual({ status: 'failed', code: 'signed_out' });
  });

  it('takes what useAuth of Clerk answers', () => {
    const accepts = (auth: UseAuthReturn): SignedIn => auth;
    expect(accepts).toBeTypeOf('function');
  });
});

describe('useUserSync', () => {
  interface Props {
    readonly auth: SignedIn;
    readonly api: string;
  }
  /** Two components that want to know. */
  const Page = (props: Props): ReactNode =>
    createElement(Fragment, null, createElement(Profile, props), createElement(Profile, props));
  const signedIn = (sessionId: SignedIn['sessionId']): SignedIn => ({ sessionId, ...tokens() });

  it('posts once for a sign-in, however many components ask, and however often they are mounted', async () => {
    const { api, asked } = await serve(SYNCED);
    for (let times = 0; times < 2; times += 1) {
      const page = await renderInStrictMode(Page, { auth: signedIn('sess_1'), api });
      await expect.poll(() => page.shown()).toEqual(['Hello, Ada.', 'Hello, Ada.']);
      page.unmount();
    }
    expect(asked).toHaveLength(1);
  });

  it('posts again for another sign-in', async () => {
    const { api, asked } = await serve(SYNCED);
    for (const session of ['sess_1', 'sess_2']) {
      const profile = await renderInStrictMode(Profile, { auth: signedIn(session), api });
      await expect.poll(() => profile.shown()).toBe('Hello, Ada.');
      profile.unmount();
    }
    expect(asked).toHaveLength(2);
  });

  it('tells somebody who is refused', async () => {
    const { api } = await serve([403, { error: { code: 'user_banned', message: '' } }]);
    const profile = await renderInStrictMode(Profile, { auth: signedIn('sess_1'), api });
    await expect.poll(() => profile.shown()).toBe('Your account cannot be used here.');
    profile.unmount();
  });

  it.each([null, undefined])('asks nothing while the session is %s', async (sessionId) => {
    const { api, asked } = await serve(SYNCED);
    const profile = await renderInStrictMode(Profile, { auth: signedIn(sessionId), api });
    expect(await profile.shown()).toBe('One moment…');
    profile.unmount();
    expect(asked).toEqual([]);
  });
});
