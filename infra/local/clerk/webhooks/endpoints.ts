import { generateWebhookSecret } from '../identity.ts';

export interface EndpointView {
  readonly url: string;
  readonly disabled: boolean;
}

interface Endpoint {
  readonly url: string;
  readonly secret: string;
  failingSince: number | undefined;
  disabled: boolean;
}

/** Where webhooks go. The endpoint at a position has the signing secret at that position. */
export class Endpoints {
  readonly #secrets: string[];
  readonly #disableAfterMs: number;
  #endpoints: Endpoint[] = [];

  /** @param secrets Grows in place when there are more endpoints than secrets. */
  constructor(secrets: string[], disableAfterMs: number) {
    this.#secrets = secrets;
    this.#disableAfterMs = disableAfterMs;
  }

  /** Sets all of them anew; none is disabled then. */
  set(urls: readonly string[]): void {
    this.#endpoints = urls.map((url, position) => ({
      url,
      secret: (this.#secrets[position] ??= generateWebhookSecret()),
      failingSince: undefined,
      disabled: false,
    }));
  }

  get(position: number): { readonly url: string; readonly secret: string } | undefined {
    return this.#endpoints[position];
  }

  /** Positions of those that messages are sent to. */
  enabled(): number[] {
    return [...this.#endpoints.keys()].filter((position) => this.#endpoints[position]?.disabled === false);
  }

  isDisabled(position: number): boolean {
    return this.#endpoints[position]?.disabled ?? false;
  }

  list(): EndpointView[] {
    return this.#endpoints.map(({ url, disabled }) => ({ url, disabled }));
  }

  /** @returns Whether this failure disabled the endpoint. */
  note(position: number, ok: boolean, now: number): boolean {
    const endpoint = this.#endpoints[position];
    if (endpoint === undefined || endpoint.disabled) return false;
    endpoint.failingSince = ok ? undefined : (endpoint.failingSince ?? now);
    endpoint.disabled = endpoint.failingSince !== undefined && now - endpoint.failingSince >= this.#disableAfterMs;
    return endpoint.disabled;
  }
}
