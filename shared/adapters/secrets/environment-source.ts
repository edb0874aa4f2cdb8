import { ENVIRONMENT } from '../../names/environment.ts';
import type { RawSecrets, SecretSource } from './source.ts';

/** The texts of the environment variables, as far as they are set. */
export interface SecretVariables {
  readonly secretKey: string | undefined;
  readonly webhookSecrets: string | undefined;
  readonly jwtKeys: string | undefined;
}

const LABELS: RawSecrets['labels'] = {
  secretKey: ENVIRONMENT.secretKey,
  webhookSecrets: ENVIRONMENT.webhookSecrets,
  jwtKeys: ENVIRONMENT.jwtKeys,
  adminKeyHashes: 'adminKeyHashes (which only a secret can hold, not the environment)',
};

/** Secrets from the environment: for scripts and tests. On AWS they belong into Secrets Manager. */
export function createEnvironmentSource(variables: SecretVariables): SecretSource {
  return { read: () => Promise.resolve({ values: { ...variables }, labels: LABELS }) };
}
