import type { Secrets } from '../../shared/adapters/secrets/parse-secrets.ts';
import type { AuthorizerConfig } from '../../shared/config/config.ts';

/**
 * What of the secrets a variant cannot do without: one that only verifies never asks Clerk.
 *
 * @returns reads it, and throws SecretInvalid for the first that cannot be used
 */
export function neededSecrets(variant: AuthorizerConfig['variant']): (secrets: Secrets) => readonly string[] {
  return variant === 'verify-only' ? ({ jwtKeys }) => jwtKeys : ({ jwtKeys, secretKey }) => [...jwtKeys, secretKey];
}
