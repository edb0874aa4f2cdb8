/** A secret that is missing or cannot be used. Its message names the setting or field and what to do, never the value. */
export class SecretInvalid extends Error {
  readonly code = 'secret_invalid';
  override readonly name = 'SecretInvalid';
}

/** The place where the secrets are kept did not answer, or does not let us read them. */
export class SecretsUnavailable extends Error {
  readonly code = 'secrets_unavailable';
  override readonly name = 'SecretsUnavailable';
}
