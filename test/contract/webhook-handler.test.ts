import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { signedWebhook } from '../support/e2e/signed-webhook.ts';
import { httpEvent, OURS, userCreated, webhookSecret } from '../support/functions/webhook-world.ts';
import { json, startServer } from '../unit/clerk/support/http-server.ts';
import { GOOD } from '../unit/config/support/changeable-secret.ts';

/** The webhook's handler as Lambda loads it, from its environment. */
const ENVIRONMENT = {
  TABLE_NAME: 'users',
  METRICS_STACK: 'contract',
  CLERK_SECRET_KEY: GOOD.secretKey,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
};

let lines: string[];
beforeEach(() => {
  lines = [];
  vi.resetModules();
  for (const [name, value] of Object.entries(ENVIRONMENT)) vi.stubEnv(name, value);
  const keep = (chunk: string | Uint8Array): boolean => lines.push(String(chunk)) > 0;
  for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, 'write').mockImplementation(keep);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const start = () => import('../../functions/webhook/handler.ts');
const messageOf = (started: Promise<unknown>): Promise<string> => started.then(String, String);

describe('The webhook with its secrets in the environment', () => {
  const short = `whsec_${Buffer.alloc(23, 1).toString('base64')}`;

  it('starts when they can be used', async () => {
    vi.stubEnv('CLERK_WEBHOOK_SECRETS', `${OURS},${webhookSecret(2)}`);
    expect(await start()).toHaveProperty('handler');
  });

  it.each([
    ['missing', '', 'CLERK_WEBHOOK_SECRETS'],
    ['only the prefix, of which a forger could know the key', 'whsec_', 'CLERK_WEBHOOK_SECRETS'],
    ['of 23 bytes', short, 'CLERK_WEBHOOK_SECRETS has no webhook signing secret at position 1'],
    [
      'of 23 bytes beside a good one',
      `${OURS},${short}`,
      'CLERK_WEBHOOK_SECRETS has no webhook signing secret at position 2',
    ],
    ['without its prefix', OURS.slice(6), 'CLERK_WEBHOOK_SECRETS has no webhook signing secret at position 1'],
    ['not base64', `${OURS.slice(0, -4)}!!!=`, 'CLERK_WEBHOOK_SECRETS has no webhook signing secret at position 1'],
  ])('does not start when one is %s, and names the variable, not what it holds', async (_what, value, text) => {
    vi.stubEnv('CLERK_WEBHOOK_SECRETS', value);
    const message = await messageOf(start());
    expect(message).toContain(text);
    // The keys are bytes of ones, which are AQEB in base64.
    expect(message).not.toContain('AQEB');
  });
});

describe('The webhook with its secrets in Secrets Manager', () => {
  const signed = () => httpEvent(signedWebhook(OURS, { ...userCreated(), type: 'session.created' }));

  /** Starts over a secret, and receives one event. */
  async function receive(secret: unknown): Promise<APIGatewayProxyStructuredResultV2> {
    const server = await startServer((_request, response) => {
      if (secret === undefined) json(response, 400, { __type: 'AccessDeniedException' });
      else json(response, 200, { SecretString: JSON.stringify(secret) });
    });
    vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', server.url);
    vi.stubEnv('CLERK_SECRET_ARN', 'arn:aws:secretsmanager:us-east-1:000000000000:secret:example');
    try {
      const { handler } = await start();
      return await handler(signed(), {} as Context);
    } finally {
      await server.close();
    }
  }

  it('accepts what one of them has signed', async () => {
    expect(await receive({ ...GOOD, webhookSecrets: [webhookSecret(2), OURS] })).toMatchObject({
      statusCode: 200,
      body: '{"outcome":"ignored"}',
    });
  });

  it.each([
    ['still has placeholders', { webhookSecrets: ['REPLACE-ME'] }, 'The field webhookSecrets of the secret'],
    [
      'has one of 23 bytes',
      { webhookSecrets: [`whsec_${'AQEB'.repeat(7)}AQE=`] },
      'The field webhookSecrets of the secret',
    ],
    ['has none', { webhookSecrets: [] }, 'The field webhookSecrets of the secret'],
    ['lacks the field', { webhookSecrets: undefined }, 'The field webhookSecrets of the secret'],
    ['cannot be read', undefined, 'The secret that CLERK_SECRET_ARN names cannot be read'],
  ])('says from the start that it %s, and has everything sent again', async (_what, fields, text) => {
    const answer = await receive(fields && { ...GOOD, ...fields });
    expect(answer).toMatchObject({ statusCode: 503, headers: { 'retry-after': '30' } });
    const [first = ''] = lines;
    expect(first).toContain('secrets cannot be used');
    expect(first).toContain(text);
    expect(lines.join('')).not.toContain('REPLACE-ME');
    expect(answer.body).not.toContain('secret');
  });
});
