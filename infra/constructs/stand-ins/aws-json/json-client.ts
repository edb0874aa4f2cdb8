import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { NodeHttpHandlerOptions } from '@smithy/node-http-handler';
import { SignatureV4 } from '@smithy/signature-v4';
import { HttpRequest } from '@smithy/core/protocols';
import { IncomingMessage } from 'node:http';
import { defaultProvider } from '../credential-provider-node.ts';
import type { Failure } from './answer.ts';
import { parseOutput, readFailure, readText, ServiceException, toBody } from './answer.ts';
import { endpointOf } from './endpoint.ts';
import { isPassing } from './passing.ts';
import { Sha256 } from './sha256.ts';

/** What a client of the SDK is made of, as far as ours are. */
export interface ClientSettings {
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Default 3, as the SDK's. */
  readonly maxAttempts?: number;
  readonly requestHandler?: NodeHttpHandlerOptions;
}

/** A service that speaks AWS's JSON protocol. */
export interface Service {
  /** As it stands in host names and signatures. */
  readonly name: string;
  /** As it stands in environment variables. */
  readonly variable: string;
  /** What stands before an operation's name. */
  readonly target: string;
  readonly contentType: string;
  /** Makes an error of the service's own kind, where it has one of that name. */
  readonly toError?: (failure: Failure) => Error | undefined;
}

export interface SendOptions {
  readonly abortSignal?: AbortSignal;
}

/**
 * The SDK's way to a service without what the SDK can do beyond: signed by its own signer, sent by its own handler with its
 * time limits, over connections that are kept; one endpoint, credentials from the environment.
 */
export class JsonClient {
  readonly #service: Service;
  readonly #endpoint: URL;
  readonly #handler: NodeHttpHandler;
  readonly #signer: SignatureV4;
  readonly #attempts: number;

  constructor(service: Service, settings: ClientSettings) {
    const region = settings.region ?? process.env['AWS_REGION'];
    if (region === undefined) throw new Error('There is no region: set AWS_REGION.');
    const { endpoint, credentials = defaultProvider(), maxAttempts = 3 } = settings;
    this.#service = service;
    this.#endpoint = endpoint === undefined ? endpointOf(service.name, service.variable, region) : new URL(endpoint);
    this.#handler = new NodeHttpHandler(settings.requestHandler);
    this.#signer = new SignatureV4({
      service: service.name,
      region,
      credentials,
      sha256: Sha256,
      applyChecksum: false,
    });
    this.#attempts = maxAttempts;
  }

  /**
   * Calls an operation, and again after a failure that may pass, while there are attempts.
   * @throws an error as the SDK would: named by the service, or by Node for a connection that failed
   */
  async call(operation: string, input: object, options: SendOptions = {}): Promise<object> {
    const body = toBody(input);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#callOnce(operation, body, options);
      } catch (error) {
        if (attempt >= this.#attempts || options.abortSignal?.aborted === true || !isPassing(error)) throw error;
        await pause(attempt);
      }
    }
  }

  destroy(): void {
    this.#handler.destroy();
  }

  async #callOnce(operation: string, body: string, { abortSignal }: SendOptions): Promise<object> {
    const signed = await this.#signer.sign(this.#requestOf(operation, body));
    const { response } = await this.#handler.handle(new HttpRequest(signed), abortSignal ? { abortSignal } : {});
    const { statusCode, headers } = response;
    const answer: unknown = response.body;
    if (!(answer instanceof IncomingMessage)) throw new TypeError('The handler gave no answer to read.');
    const text = await readText(answer);
    if (statusCode < 300) return parseOutput(text);
    const failure = readFailure(statusCode, headers, text);
    throw this.#service.toError?.(failure) ?? new ServiceException(failure);
  }

  #requestOf(operation: string, body: string): HttpRequest {
    const { protocol, hostname, host, port, pathname } = this.#endpoint;
    return new HttpRequest({
      method: 'POST',
      protocol,
      hostname,
      path: pathname,
      ...(port !== '' && { port: Number(port) }),
      headers: {
        host,
        'content-type': this.#service.contentType,
        'content-length': String(Buffer.byteLength(body)),
        'x-amz-target': `${this.#service.target}.${operation}`,
      },
      body,
    });
  }
}

const FIRST_PAUSE_MS = 100;

/** As the SDK: a random time below a bound that doubles. */
function pause(attempt: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.random() * FIRST_PAUSE_MS * 2 ** (attempt - 1));
  });
}
