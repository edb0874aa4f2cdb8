import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type {
  ClientRequest,
  IncomingHttpHeaders,
  IncomingMessage,
  OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { JsonRecord } from '../../cloud/json.ts';
import { outputOf } from './call.ts';
import type { Answer, Call } from './call.ts';

/** The engine's two services, as they are named before the dot of `X-Amz-Target`. */
type Service = 'DynamoDB_20120810' | 'DynamoDBStreams_20120810';

/** About one connection each, not about what is sent over it. */
const HOP_HEADERS: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding', 'expect']);
const JSON_TYPE = 'application/x-amz-json-1.0';
/** Which of an engine's databases is meant, for engines that keep one for each access key. */
const IDENTITY = ['authorization', 'x-amz-date', 'x-amz-security-token'];

/** An answer of the engine that is an error. */
export class EngineRefusal extends Error {
  override readonly name = 'EngineRefusal';
  /** The kind of error, without its namespace. */
  readonly type: string;

  constructor(operation: string, type: string) {
    super(`The engine refused ${operation}: ${type}.`);
    this.type = type;
  }

  get isMissingTable(): boolean {
    return this.type === 'ResourceNotFoundException';
  }
}

/** The way to the engine, over connections that are kept alive. */
export class EngineLink {
  readonly #url: URL;
  readonly #agent: HttpAgent;
  /** Engines refuse whoever has none. */
  #identity: IncomingHttpHeaders = {};

  constructor(url: string) {
    this.#url = new URL(url);
    const isSecure = this.#url.protocol === 'https:';
    this.#agent = isSecure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  }

  /** Passes a request and its answer on as they come, without reading either. */
  stream(request: IncomingMessage, response: ServerResponse): void {
    const onward = this.#request(request.method ?? 'GET', request.url ?? '/', passable(request.headers));
    onward.once('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, rawPassable(answer.rawHeaders));
      pipeline(answer, response, ignore);
    });
    // As if there was nothing in between: what the engine does to its connection happens to the client's.
    onward.once('error', () => request.socket.destroy());
    response.once('close', () => {
      if (!response.writableFinished) onward.destroy();
    });
    pipeline(request, onward, ignore);
  }

  /** From now on what is asked on the side is asked in this caller's name. */
  speakFor(headers: IncomingHttpHeaders): void {
    this.#identity = Object.fromEntries(IDENTITY.map((name) => [name, headers[name]]));
  }

  /**
   * Makes a call to its end, whoever still waits for the answer.
   * @throws when the engine cannot be reached or breaks off
   */
  async send({ operation, input, path, headers }: Call): Promise<Answer> {
    // What is read here is read as it is: uncompressed.
    const fixed = { 'x-amz-target': `DynamoDB_20120810.${operation}`, 'accept-encoding': 'identity' };
    return this.#post(path, { ...passable(headers), ...fixed }, input);
  }

  /**
   * Asks the engine something on the side.
   * @throws {EngineRefusal} when it answers with an error
   */
  async ask(operation: string, input: JsonRecord, service: Service = 'DynamoDB_20120810'): Promise<JsonRecord> {
    const target = { 'x-amz-target': `${service}.${operation}`, 'content-type': JSON_TYPE };
    const answer = await this.#post('/', { ...passable(this.#identity), ...target }, input);
    const output = outputOf(answer);
    if (answer.status !== 200) throw new EngineRefusal(operation, String(output['__type']).split('#').at(-1) ?? '');
    return output;
  }

  close(): void {
    this.#agent.destroy();
  }

  async #post(path: string, headers: OutgoingHttpHeaders, input: JsonRecord): Promise<Answer> {
    const body = Buffer.from(JSON.stringify(input));
    const request = this.#request('POST', path, { ...headers, 'content-length': body.length });
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve);
      request.once('error', reject);
    });
    request.end(body);
    const answer = await answered;
    const requestId = answer.headers['x-amzn-requestid'];
    return {
      status: answer.statusCode ?? 502,
      contentType: answer.headers['content-type'] ?? JSON_TYPE,
      body: await buffer(answer),
      ...(typeof requestId === 'string' ? { requestId } : {}),
    };
  }

  #request(method: string, path: string, headers: OutgoingHttpHeaders): ClientRequest {
    const target = new URL(path, this.#url);
    const options = { method, agent: this.#agent, headers: { ...headers, host: this.#url.host } };
    return this.#url.protocol === 'https:' ? httpsRequest(target, options) : httpRequest(target, options);
  }
}

function passable(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name, value]) => value !== undefined && !HOP_HEADERS.has(name)),
  );
}

function rawPassable(headers: readonly string[]): string[] {
  return headers.filter((_, index) => !HOP_HEADERS.has((headers[index - (index % 2)] ?? '').toLowerCase()));
}

/** A broken stream has already closed what it was piped to: nothing is left to do. */
function ignore(): void {
  return undefined;
}
