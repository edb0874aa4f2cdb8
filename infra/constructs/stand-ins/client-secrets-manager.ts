import type { ClientSettings, SendOptions } from './aws-json/json-client.ts';
import { JsonClient } from './aws-json/json-client.ts';

/**
 * Stands in for the package `@aws-sdk/client-secrets-manager`, of which one call is used. What is left out is what that call
 * does not need; how it is signed and sent is the SDK's (see `JsonClient`).
 */
export class SecretsManagerClient {
  readonly #client: JsonClient;

  constructor(settings: ClientSettings = {}) {
    this.#client = new JsonClient(SECRETS_MANAGER, settings);
  }

  send(command: GetSecretValueCommand, options: SendOptions = {}): Promise<object> {
    return this.#client.call('GetSecretValue', command.input, options);
  }

  destroy(): void {
    this.#client.destroy();
  }
}

export class GetSecretValueCommand {
  readonly input: { readonly SecretId: string };

  constructor(input: { readonly SecretId: string }) {
    this.input = input;
  }
}

const SECRETS_MANAGER = {
  name: 'secretsmanager',
  variable: 'SECRETS_MANAGER',
  target: 'secretsmanager',
  contentType: 'application/x-amz-json-1.1',
} as const;
