/** The names of the secrets, as the fields of the one JSON secret have them. */
export const SECRET_FIELDS = ['secretKey', 'webhookSecrets', 'jwtKeys', 'adminKeyHashes'] as const;

type SecretField = (typeof SECRET_FIELDS)[number];

/** Secrets as they were found: nothing has been checked. */
export interface RawSecrets {
  readonly values: Readonly<Partial<Record<SecretField, unknown>>>;
  /** How a person finds a field: the name of its variable, or the field of which secret. */
  readonly labels: Readonly<Record<SecretField, string>>;
}

/** Where the secrets are kept. */
export interface SecretSource {
  /**
   * @param signal aborts when the answer is no longer waited for
   * @throws SecretsUnavailable, and SecretInvalid for what has no fields at all
   */
  read(signal: AbortSignal): Promise<RawSecrets>;
}
