import { randomBytes } from 'node:crypto';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createSecretsManagerSource } from '../../../../shared/adapters/secrets/secrets-manager-source.ts';
import { createSecrets } from '../../../../shared/adapters/secrets/secrets.ts';
import { createSimulatedTime } from '../../../../shared/adapters/memory/simulated-time.ts';
import { generateKeys } from '../../clerk/support/tokens.ts';

export const webhookSecret = (bytes = 24) => `whsec_${randomBytes(bytes).toString('base64')}`;

export const SECRET_KEY = 'sk_test_example0000';

/** What a filled-in secret holds. */
export const GOOD = {
  secretKey: SECRET_KEY,
  webhookSecrets: [webhookSecret()],
  jwtKeys: [generateKeys().publicKey],
  adminKeyHashes: [] as string[],
};

/** Secrets from a JSON secret that the test can change, on simulated time. */
export function fromSecret(initial: unknown) {
  const time = createSimulatedTime(1_000_000);
  const store = {
    text: typeof initial === 'string' ? initial : JSON.stringify(initial),
    reads: 0,
    failing: false,
    /** Reads that get no answer until the test gives it, in order. */
    hanging: false,
    held: [] as ((text: string) => void)[],
    signals: [] as (AbortSignal | undefined)[],
    put: (value: unknown) => {
      store.text = JSON.stringify(value);
    },
  };
  const client = {
    send: (_command: unknown, options?: { abortSignal?: AbortSignal }) => {
      store.reads += 1;
      store.signals.push(options?.abortSignal);
      if (store.failing)
        return Promise.reject(Object.assign(new Error('text of the secret'), { name: 'AccessDenied' }));
      if (store.hanging) return new Promise((resolve) => store.held.push((text) => resolve({ SecretString: text })));
      return Promise.resolve({ SecretString: store.text });
    },
  } as unknown as SecretsManagerClient;
  const source = createSecretsManagerSource({ client, secretArn: 'arn:example' });
  return { secrets: createSecrets({ source, clock: time.clock, timers: time.timers }), store, time };
}

/** The message that reading a value throws; empty when it throws none. */
export const messageOf = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return '';
};
