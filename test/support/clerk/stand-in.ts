import { createClerkClient } from '@clerk/backend';
import type { ClerkClient } from '@clerk/backend';
import { createLocalClock } from '../../../infra/local/clock.ts';
import type { LocalClock } from '../../../infra/local/clock.ts';
import { startClerkStandIn } from '../../../infra/local/clerk/index.ts';
import type { ClerkStandIn, ClerkStandInOptions } from '../../../infra/local/clerk/index.ts';

/** A stand-in with Clerk's own client at hand, and plain requests for what the client cannot say. */
export interface StandInUnderTest {
  readonly clerk: ClerkStandIn;
  readonly clock: LocalClock;
  readonly client: ClerkClient;
  /** A Backend API request with the secret key. */
  api(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  /** A request to a control route. */
  control(method: string, path: string, body?: unknown): Promise<Reply>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed JSON. */
  readonly body: unknown;
  /** Parts of an error in either shape, empty where the answer has none. */
  readonly code: string;
  readonly message: string;
  readonly parameter: string;
}

interface ErrorBody {
  readonly errors?: readonly { code?: string; long_message?: string; meta?: { param_name?: string } }[];
  readonly error?: { code?: string; message?: string };
}

export async function startStandIn(options: Partial<ClerkStandInOptions> = {}): Promise<StandInUnderTest> {
  const clock = options.clock ?? createLocalClock();
  const clerk = await startClerkStandIn({ seed: 1, ...options, clock });
  const send = async (method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Reply> => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(clerk.url + path, { method, headers, ...(body === undefined ? {} : { body: text }) });
    return reply(response);
  };
  return {
    clerk,
    clock,
    client: createClerkClient({ secretKey: clerk.secretKey, apiUrl: clerk.url }),
    api: (method, path, body, headers = {}) =>
      send(method, `/v1${path}`, body, { authorization: `Bearer ${clerk.secretKey}`, ...headers }),
    control: (method, path, body) => send(method, `/__local${path}`, body, {}),
    [Symbol.asyncDispose]: () => clerk.close(),
  };
}

async function reply(response: Response): Promise<Reply> {
  const body: unknown = await response.json();
  const { errors = [], error } = body as ErrorBody;
  return {
    status: response.status,
    headers: response.headers,
    body,
    code: errors[0]?.code ?? error?.code ?? '',
    message: errors[0]?.long_message ?? error?.message ?? '',
    parameter: errors[0]?.meta?.param_name ?? '',
  };
}
