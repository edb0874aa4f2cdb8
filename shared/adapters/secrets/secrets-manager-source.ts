import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ENVIRONMENT } from '../../names/environment.ts';
import { SecretInvalid, SecretsUnavailable } from './secret-error.ts';
import type { RawSecrets, SecretSource } from './source.ts';

export interface SecretsManagerSourceOptions {
  readonly client: Pick<SecretsManagerClient, 'send'>;
  /** ARN or name of the one JSON secret. */
  readonly secretArn: string;
}

const LABELS: RawSecrets['labels'] = {
  secretKey: labelOf('secretKey'),
  webhookSecrets: labelOf('webhookSecrets'),
  jwtKeys: labelOf('jwtKeys'),
  adminKeyHashes: labelOf('adminKeyHashes'),
};

/** Secrets from one JSON secret in Secrets Manager with the fields of `SECRET_FIELDS`. */
export function createSecretsManagerSource({ client, secretArn }: SecretsManagerSourceOptions): SecretSource {
  return {
    async read(abortSignal) {
      const text = await fetchText(abortSignal, { client, secretArn });
      return { values: parse(text), labels: LABELS };
    },
  };
}

async function fetchText(
  abortSignal: AbortSignal,
  { client, secretArn }: SecretsManagerSourceOptions,
): Promise<string | undefined> {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretArn }), { abortSignal });
    return SecretString;
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : typeof cause;
    throw new SecretsUnavailable(
      `The secret that ${ENVIRONMENT.secretArn} names cannot be read (${name}): check that it exists, has a value, and ` +
        `that the function's role may call secretsmanager:GetSecretValue on it.`,
      { cause },
    );
  }
}

function parse(text: string | undefined): RawSecrets['values'] {
  const value = text === undefined ? undefined : parseJson(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new SecretInvalid(
    `The secret that ${ENVIRONMENT.secretArn} names is not a JSON object: give it the fields ` +
      'secretKey, webhookSecrets, jwtKeys and adminKeyHashes.',
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
    return undefined;
  }
}

function labelOf(field: string): string {
  return `the field ${field} of the secret that ${ENVIRONMENT.secretArn} names`;
}
