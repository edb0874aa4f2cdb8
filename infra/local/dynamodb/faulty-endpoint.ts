import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRecord, parseJson } from '../cloud/json.ts';
import { readBody } from '../http/body.ts';
import { listen } from '../http/server.ts';
import type { Listener } from '../http/server.ts';
import { completeFaults, NO_FAULTS } from './faults.ts';
import type { StoreFaults } from './faults.ts';
import { mayWrite, operationOf } from './faulty/call.ts';
import type { Answer, Call } from './faulty/call.ts';
import { Draws } from './faulty/draws.ts';
import { EngineLink } from './faulty/engine-link.ts';
import { fateOf } from './faulty/fate.ts';
import type { Fate } from './faulty/fate.ts';
import { hangUp, OutOfReach } from './faulty/out-of-reach.ts';
import { answerOf, mustRead } from './faulty/pipeline.ts';
import { unreadable } from './faulty/refusals.ts';
import { Replicas } from './faulty/replicas.ts';
import { Tables } from './faulty/tables.ts';

export type { StoreFaults } from './faults.ts';

export interface FaultyEndpointOptions {
  /** Of the engine: one that does not check signatures, since the address is signed too. */
  readonly engineUrl: string;
  /** Decides which calls are struck. Absent: 1. */
  readonly seed?: number;
  /** What goes wrong from the start. Absent: nothing. */
  readonly faults?: Partial<StoreFaults>;
}

/** An endpoint in front of a DynamoDB engine: the engine's own until faults are set. */
export interface FaultyEndpoint {
  /** Without a trailing slash. */
  readonly url: string;
  /** Replaces all faults, for every call from now on. @throws RangeError for a value that makes no sense */
  setFaults(faults: Partial<StoreFaults>): void;
  faults(): StoreFaults;
  /** How many calls have met which fate since the start; those that never came through for `down` are not among them. */
  fates(): ReadonlyMap<Fate, number>;
  /** @param listener Called when a call that may have written has been answered. @returns What ends that. */
  onWrite(listener: () => void): () => void;
  /** How many calls of each operation have come since the start, whatever became of them. */
  calls(): ReadonlyMap<string, number>;
  /** Stops listening, closes every connection and deletes the copies that old reads were answered from. */
  close(): Promise<void>;
}

/** DynamoDB takes requests up to 16 MB. */
const LARGEST_BODY = 16 * 1024 * 1024;

/** Starts an endpoint that lets everything through as it is, until it is told what is to go wrong. */
export async function startFaultyEndpoint(options: FaultyEndpointOptions): Promise<FaultyEndpoint> {
  const endpoint = new Endpoint(options);
  const listener = await listen(endpoint.server);
  return {
    url: listener.url,
    setFaults: (faults) => endpoint.setFaults(faults),
    faults: () => endpoint.faults,
    fates: () => endpoint.fates,
    onWrite: (listener) => endpoint.onWrite(listener),
    calls: () => endpoint.calls,
    close: () => endpoint.close(listener),
  };
}

class Endpoint {
  faults: StoreFaults = NO_FAULTS;
  readonly fates = new Map<Fate, number>();
  readonly calls = new Map<string, number>();
  readonly server: Server;
  readonly #link: EngineLink;
  readonly #tables: Tables;
  readonly #draws: Draws;
  readonly #outOfReach: OutOfReach;
  readonly #closing = new AbortController();
  readonly #writeListeners = new Set<() => void>();
  #replicas: Replicas | undefined;
  /** Deletions of copies that nobody reads any more. */
  #retired: Promise<unknown> = Promise.resolve();

  constructor({ engineUrl, seed = 1, faults = {} }: FaultyEndpointOptions) {
    this.#link = new EngineLink(engineUrl);
    this.#tables = new Tables(this.#link);
    this.#draws = new Draws(seed);
    this.#outOfReach = new OutOfReach(this.#draws);
    this.server = createServer((request, response) => {
      // An engine that cannot be reached, or a client that has gone: as if there was nothing in between.
      this.#serve(request, response).catch(() => hangUp(request.socket));
    });
    this.server.on('connection', (socket) => this.#outOfReach.connect(socket, this.faults.down));
    // A connection that was ended for being idle would be a fault that nobody has asked for.
    this.server.keepAliveTimeout = 0;
    this.setFaults(faults);
  }

  setFaults(given: Partial<StoreFaults>): void {
    const faults = completeFaults(given);
    if (this.faults.down !== false && faults.down === false) this.#outOfReach.return();
    this.faults = faults;
    this.#retire();
    if (Replicas.areNeeded(faults)) this.#replicas = new Replicas(this.#link, this.#tables, this.#draws, faults);
  }

  onWrite(listener: () => void): () => void {
    this.#writeListeners.add(listener);
    return () => this.#writeListeners.delete(listener);
  }

  async close(listener: Listener): Promise<void> {
    this.#closing.abort();
    await listener.close();
    this.#retire();
    await this.#retired;
    this.#link.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { faults } = this;
    const operation = operationOf(request);
    if (operation !== '') count(this.calls, operation);
    if (faults.down !== false) return this.#outOfReach.call(request.socket, faults.down);
    // Also where the answer is lost on purpose: the write may have been applied.
    if (mayWrite(operation)) response.once('close', () => this.#writeListeners.forEach((listener) => listener()));
    if (operation === '' || !mustRead(operation, faults)) {
      count(this.fates, 'passed');
      return this.#link.stream(request, response);
    }
    const call = await readCall(request, operation);
    if (call === undefined) return write(response, unreadable());
    this.#link.speakFor(call.headers);
    const fate = fateOf(operation, faults, this.#draws.next('fate'));
    count(this.fates, fate);
    const answer = await this.#answer(call, fate, faults);
    if (answer === 'lost') hangUp(request.socket);
    else write(response, answer);
  }

  async #answer(call: Call, fate: Fate, faults: StoreFaults): Promise<Answer | 'lost'> {
    const replicas = this.#replicas;
    await this.#wait(faults.slowMs / 2);
    const passage = { faults, link: this.#link, tables: this.#tables, draws: this.#draws, replicas };
    const answer = await answerOf(call, fate, passage);
    await this.#wait(faults.slowMs / 2);
    return answer;
  }

  async #wait(ms: number): Promise<void> {
    if (ms > 0) await sleep(ms, undefined, { signal: this.#closing.signal });
  }

  #retire(): void {
    const retired = this.#replicas;
    this.#replicas = undefined;
    // An engine that has ended has no copies left either.
    if (retired !== undefined) this.#retired = Promise.all([this.#retired, retired.close().catch(() => undefined)]);
  }
}

function count<Kind>(counts: Map<Kind, number>, kind: Kind): void {
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
}

/** @returns undefined for a body that is too large or no JSON: nothing that the SDK sends */
async function readCall(request: IncomingMessage, operation: string): Promise<Call | undefined> {
  const body = await readBody(request, LARGEST_BODY);
  const input = body === 'too large' ? undefined : parseJson(body.toString('utf8'));
  return isRecord(input) ? { operation, input, path: request.url ?? '/', headers: request.headers } : undefined;
}

function write(response: ServerResponse, { status, contentType, body, requestId }: Answer): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': body.length,
    ...(requestId === undefined ? {} : { 'x-amzn-requestid': requestId }),
  });
  response.end(body);
}
