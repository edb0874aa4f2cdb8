import { asText, isRecord, parseJson } from '../cloud/json.ts';
import type { JsonRecord } from '../cloud/json.ts';

/** The engine answered with an error. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  /** Without its namespace, such as `ResourceNotFoundException`. */
  readonly type: string;

  constructor(operation: string, type: string, message: string) {
    super(`The DynamoDB engine refused ${operation}: ${type}: ${message}`);
    this.type = type;
  }
}

/**
 * Asks a DynamoDB engine and takes its JSON as it is: what a stream hands to functions is that JSON, binaries in base64
 * and all, and the SDK would take it apart.
 */
export class EngineClient {
  readonly #url: string;
  readonly #region: string;

  /** @param url Of an engine that does not check signatures, as no local one does. */
  constructor(url: string, region: string) {
    this.#url = url;
    this.#region = region;
  }

  /**
   * @param target As in `X-Amz-Target`: `DynamoDB_20120810.DescribeTable`.
   * @throws {EngineError} For an error of the engine; another error when it cannot be reached or the signal aborts.
   */
  async ask(target: string, input: JsonRecord, signal?: AbortSignal): Promise<JsonRecord> {
    const response = await fetch(this.#url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target, ...this.#identity },
      body: JSON.stringify(input),
      ...(signal === undefined ? {} : { signal }),
    });
    const output = parseJson(await response.text());
    if (response.ok && isRecord(output)) return output;
    const [, operation = target] = target.split('.');
    throw refusal(operation, response.status, output);
  }

  /** Whose tables are meant, where an engine keeps some for each access key: those of the functions. */
  get #identity(): Record<string, string> {
    const scope = `local/20260101/${this.#region}/dynamodb/aws4_request`;
    const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`;
    return { authorization, 'x-amz-date': '20260101T000000Z' };
  }
}

function refusal(operation: string, status: number, output: unknown): EngineError {
  const body = isRecord(output) ? output : {};
  const type = (asText(body['__type']) ?? `status ${status}`).split('#').at(-1) ?? '';
  return new EngineError(operation, type, asText(body['message'] ?? body['Message']) ?? 'no message');
}
