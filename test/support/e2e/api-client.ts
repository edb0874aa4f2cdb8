import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../../../scripts/demo/world.ts';
import { signUp } from '../../../scripts/demo/world.ts';
import type { Documented } from './documented.ts';

export interface ApiRequest {
  readonly token?: string;
  /** As JSON; a text or bytes as they are. */
  readonly body?: unknown;
  /** `application/json` by default, where there is a body; null for none. */
  readonly type?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
}

/** Calls the HTTP API as a client does, and holds every answer against the document. */
export interface ApiClient {
  /**
   * @param route as the template has it: `GET /users/me`
   * @throws Error for an answer that is not as the document has it
   */
  send(route: string, request?: ApiRequest): Promise<ApiAnswer>;
  /**
   * As `send`, for a request that needs Clerk: a container asks it ten times at once and then once a second, and a test file
   * asks more often. So an `unavailable` is asked again.
   */
  sendPatiently(route: string, request?: ApiRequest): Promise<ApiAnswer>;
}

export function createApiClient(api: string, document: Documented): ApiClient {
  const send: ApiClient['send'] = async (route, request = {}) => {
    const [method = '', path = ''] = route.split(' ');
    const answer = await call(`${api}${path}`, method, request);
    const problems = document.problems(`${route} ${answer.status}`, answer.body);
    if (problems.length > 0) throw new Error(`${route} ${answer.status}: ${problems.join('; ')}`);
    return answer;
  };
  return {
    send,
    async sendPatiently(route, request) {
      for (let left = 15; ; left -= 1) {
        const answer = await send(route, request);
        if (answer.status !== 503 || left === 0) return answer;
        await sleep(1_000);
      }
    },
  };
}

async function call(url: string, method: string, { token, body, type, headers }: ApiRequest): Promise<ApiAnswer> {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array;
  const sent = body === undefined || isRaw ? body : JSON.stringify(body);
  const contentType = type === undefined && body !== undefined ? 'application/json' : type;
  const response = await fetch(url, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      // A text would be sent as text/plain.
      ...(contentType && { 'content-type': contentType }),
      ...headers,
    },
    // Bytes have no type of their own.
    ...(sent !== undefined && { body: Buffer.from(sent) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: text === '' ? {} : (JSON.parse(text) as ApiAnswer['body']),
    headers: response.headers,
  };
}

let people = 0;

/** Somebody new in Clerk; no two are alike. The names are ones that nothing else would print. */
export function signUpSomebody(world: World): ReturnType<typeof signUp> {
  people += 1;
  return signUp(world, `quetzal${people}@secret-mail.example`, `Quetzal${people}`);
}

/** The same, and her webhook has stored her. */
export async function signUpStored(world: World): ReturnType<typeof signUp> {
  const user = await signUpSomebody(world);
  await world.flushWebhooks();
  return user;
}

/** The same, and nothing has told the mirror of her. */
export async function signUpUnheard(world: World): ReturnType<typeof signUp> {
  await world.control('PUT', 'faults', { webhooks: { drop: 1 } });
  const user = await signUpSomebody(world);
  await world.flushWebhooks();
  await world.control('PUT', 'faults', {});
  return user;
}
