import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { WebhookDependencies } from '../../../functions/webhook/dependencies.ts';
import { receiveWebhook } from '../../../functions/webhook/receive.ts';
import { parseWebhookEvent } from '../../../shared/adapters/clerk/webhook-event.ts';
import type { RawSecrets } from '../../../shared/adapters/secrets/source.ts';
import { createSecrets, pick } from '../../../shared/adapters/secrets/secrets.ts';
import { createMemoryInstanceStore } from '../../../shared/adapters/memory/instance-store.ts';
import { createMemoryQuarantine } from '../../../shared/adapters/memory/quarantine.ts';
import { GOOD } from '../../unit/config/support/changeable-secret.ts';
import type { LogFacts } from '../../../shared/ports/log.ts';
import type { SignedWebhook } from '../e2e/signed-webhook.ts';
import { signedWebhook } from '../e2e/signed-webhook.ts';
import { createParts, NOW } from './parts.ts';

/** A signing secret of 32 bytes. */
export const webhookSecret = (fill: number): string => `whsec_${Buffer.alloc(32, fill).toString('base64')}`;

export const OURS = webhookSecret(1);

interface Received {
  readonly status: number | undefined;
  readonly outcome?: string;
}

/** The webhook over memory adapters, with the real reader of secrets over a secret that can be changed, in simulated time. */
export function createWebhookWorld() {
  const parts = createParts();
  const stored = { ...GOOD, webhookSecrets: [OURS] };
  let reads = 0;
  const read = (): Promise<RawSecrets> => {
    reads += 1;
    const labels = { secretKey: 'a', webhookSecrets: 'the field webhookSecrets', jwtKeys: 'c', adminKeyHashes: 'd' };
    return Promise.resolve({ values: { ...stored }, labels });
  };
  const secrets = createSecrets({ source: { read }, clock: parts.clock, timers: parts.time.timers });
  const correlated: LogFacts[] = [];
  const deps: WebhookDependencies = {
    ...parts,
    parse: parseWebhookEvent,
    quarantine: createMemoryQuarantine(parts),
    instance: createMemoryInstanceStore(),
    correlate: (facts) => void correlated.push(facts),
    secrets: pick(secrets, ({ webhookSecrets }) => webhookSecrets),
  };
  const world = {
    parts,
    /** A test may put others in place of some. */
    deps,
    /** What lines of the log were said to belong to, in order. */
    correlated,
    /** What the secret holds from now on. */
    stored,
    /** How often it was read. */
    reads: () => reads,
    /** As Svix sends it at the moment at which the clock stands. */
    signed: (payload: object | string, options: { readonly secret?: string; readonly id?: string } = {}) =>
      signedWebhook(options.secret ?? OURS, payload, {
        sentAt: new Date(parts.clock.now()),
        ...(options.id !== undefined && { id: options.id }),
      }),
    answer: (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> =>
      receiveWebhook(event, world.deps),
    async receive(message: SignedWebhook, encoding: 'text' | 'base64' = 'text'): Promise<Received> {
      const { statusCode: status, body } = await world.answer(httpEvent(message, encoding));
      const { outcome } = JSON.parse(body ?? '{}') as { outcome?: string };
      return { status, ...(outcome === undefined ? {} : { outcome }) };
    },
  };
  return world;
}

export type WebhookWorld = ReturnType<typeof createWebhookWorld>;

/** As API Gateway hands a request to the function, as far as the function looks at it. */
export function httpEvent(
  { body, headers }: SignedWebhook,
  encoding: 'text' | 'base64' = 'text',
): APIGatewayProxyEventV2 {
  const isBase64Encoded = encoding === 'base64';
  const encoded = isBase64Encoded ? Buffer.from(body).toString('base64') : body;
  return { headers, body: encoded, isBase64Encoded } as unknown as APIGatewayProxyEventV2;
}

/** A `user.created` event of a moment ago. */
export function userCreated(over: object = {}, envelope: object = {}) {
  const times = { created_at: NOW - 1_111, updated_at: NOW - 1_111 };
  const data = { object: 'user', id: 'user_one', ...times, first_name: 'Zoë', ...over };
  return { object: 'event', type: 'user.created', data, timestamp: NOW - 1_000, ...envelope };
}
