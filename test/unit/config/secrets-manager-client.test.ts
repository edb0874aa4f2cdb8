import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { clerkSecrets } from '../../../functions/wiring/clerk-secrets.ts';
import { SecretsUnavailable } from '../../../shared/adapters/secrets/secret-error.ts';
import { systemClock as clock } from '../../../shared/adapters/system/clock.ts';
import { systemTimers as timers } from '../../../shared/adapters/system/timers.ts';
import { json, startServer } from '../clerk/support/http-server.ts';
import { GOOD, SECRET_KEY } from './support/changeable-secret.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:example';
const answerWell = (response: ServerResponse) => json(response, 200, { SecretString: JSON.stringify(GOOD) });

/** Interim answers (102) all the time: the connection is never idle, and there is never an answer. */
function keepSayingSo(response: ServerResponse): void {
  const timer = setInterval(() => response.writeProcessing(), 100);
  response.on('close', () => clearInterval(timer));
}

/** The secrets as the functions are wired to them, over a server that answers the n-th request (from 0) as told. */
async function secretsFrom(answer: (response: ServerResponse, nth: number) => void) {
  let nth = 0;
  const server = await startServer((_request, response) => {
    answer(response, nth);
    nth += 1;
  });
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', server.url);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'example');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example');
  const secrets = clerkSecrets({ kind: 'secret', secretArn: ARN }, { clock, timers });
  return { secrets, server, [Symbol.asyncDispose]: () => server.close() };
}

afterEach(() => void vi.unstubAllEnvs());

describe('secrets in Secrets Manager', () => {
  it('come by the real client', async () => {
    await using world = await secretsFrom(answerWell);
    expect((await world.secrets.current()).secretKey).toBe(SECRET_KEY);
    expect(world.server.requests).toHaveLength(1);
    expect(world.server.requests[0]?.headers['x-amz-target']).toBe(
      `secretsmanager.${GetSecretValueCommand.name.replace('Command', '')}`,
    );
  });

  it('come by a second attempt when the first gets no answer', async () => {
    await using world = await secretsFrom((response, nth) => nth > 0 && answerWell(response));
    const startedAt = clock.now();
    expect((await world.secrets.current()).secretKey).toBe(SECRET_KEY);
    expect(clock.now() - startedAt).toBeGreaterThanOrEqual(490);
    expect(world.server.requests).toHaveLength(2);
  });

  it.each([
    ['never answers', 2, () => {}],
    ['says that it is at it, and no more', 2, keepSayingSo],
    ['stops half-way', 2, (response: ServerResponse) => void response.writeHead(200).write('{')],
    ['asks to come back later', 1, (response: ServerResponse) => json(response, 503, {}, { 'retry-after': '20' })],
  ])('are given up in bounded time when the service %s', async (_name, attempts, answer) => {
    await using world = await secretsFrom(answer);
    const startedAt = clock.now();
    const error = await world.secrets.current().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(SecretsUnavailable);
    expect(String(error)).toMatch(/CLERK_SECRET_ARN.*check/);
    expect(clock.now() - startedAt).toBeLessThan(3_000);
    expect(world.server.requests).toHaveLength(attempts);
  });
});

describe('secrets in the environment', () => {
  it('are wired as they are', async () => {
    const location = {
      kind: 'environment',
      secretKey: SECRET_KEY,
      webhookSecrets: undefined,
      jwtKeys: undefined,
    } as const;
    expect((await clerkSecrets(location, { clock, timers }).current()).secretKey).toBe(SECRET_KEY);
  });
});
