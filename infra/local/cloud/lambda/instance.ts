import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { InvocationResult } from '../../invocation.ts';
import { parseJson } from '../json.ts';
import type { LogEntry } from '../logs.ts';
import { exitError, initTimeoutError, parseError, timeoutError, tooLargeError } from './errors.ts';
import { startFunctionProcess } from './process.ts';
import type { FunctionProcess, ProcessOptions } from './process.ts';

export interface Job {
  /** JSON. */
  readonly payload: string;
  /** As the caller named the function. */
  readonly functionArn: string;
}

export interface InstanceOptions extends ProcessOptions {
  readonly onLog: (entry: LogEntry) => void;
}

/** 'gone': the process had ended before it took the invocation, so that another one may take it. */
export type RunOutcome = InvocationResult | 'gone';

interface Running {
  readonly requestId: string;
  readonly timer: NodeJS.Timeout;
  readonly settle: (outcome: InvocationResult) => void;
}

/** Lambda grants 10 s for initialisation, then once more within the function's own timeout. */
const INIT_TIMEOUT_MS = 10_000;

/** One instance of a function: initialises, then serves one invocation at a time, until it crashes or is too slow. */
export class FunctionInstance {
  readonly #options: InstanceOptions;
  readonly #ready = Promise.withResolvers<InvocationResult | 'ready'>();
  #process: Promise<FunctionProcess> | undefined;
  #alive = true;
  /** The function's open question for work. */
  #poll: ServerResponse | undefined;
  #pending: { job: Job; settle: (outcome: RunOutcome) => void } | undefined;
  #running: Running | undefined;
  #lastRequestId: string | undefined;

  constructor(options: InstanceOptions) {
    this.#options = options;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** @returns 'ready', or the error that ended the initialisation: the process is gone then. */
  async start(): Promise<InvocationResult | 'ready'> {
    const limit = INIT_TIMEOUT_MS + this.#timeoutMs;
    const timer = setTimeout(() => this.#ready.resolve(initTimeoutError(limit)), limit);
    try {
      this.#process = startFunctionProcess(this.#options, {
        onNext: (response) => this.#onNext(response),
        onAnswer: (id, body) => this.#settle(id, answered(body)),
        onError: (id, body) => this.#settle(id, parseError(body)),
        onInitError: (body) => this.#ready.resolve(parseError(body)),
        onLine: (line) => this.#onLine(line),
        onExit: (code) => this.#onExit(code),
      });
      await this.#process;
      const outcome = await this.#ready.promise;
      if (outcome !== 'ready') await this.close();
      return outcome;
    } finally {
      clearTimeout(timer);
    }
  }

  async run(job: Job): Promise<RunOutcome> {
    if (!this.#alive) return 'gone';
    const outcome = await new Promise<RunOutcome>((settle) => {
      this.#pending = { job, settle };
      this.#dispatch();
    });
    // What it wrote before it answered is in the pipe already: let it be read first.
    await nextTurn();
    return outcome;
  }

  /** Ends the process at once, also one that is being started. */
  async close(): Promise<void> {
    this.#alive = false;
    const [started] = await Promise.allSettled([this.#process]);
    if (started.status === 'fulfilled') await started.value?.close();
  }

  get #timeoutMs(): number {
    return this.#options.definition.timeoutSeconds * 1000;
  }

  #onNext(response: ServerResponse): void {
    this.#poll = response;
    this.#ready.resolve('ready');
    this.#dispatch();
  }

  #dispatch(): void {
    const pending = this.#pending;
    const poll = this.#poll;
    if (pending === undefined || poll === undefined) return;
    this.#pending = undefined;
    this.#poll = undefined;
    const requestId = randomUUID();
    this.#lastRequestId = requestId;
    const timer = setTimeout(() => void this.#onTimeout(requestId), this.#timeoutMs);
    this.#running = { requestId, timer, settle: pending.settle };
    poll.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': requestId,
      'lambda-runtime-deadline-ms': String(Date.now() + this.#timeoutMs),
      'lambda-runtime-invoked-function-arn': pending.job.functionArn,
      'lambda-runtime-trace-id': traceId(),
    });
    poll.end(pending.job.payload);
  }

  #settle(requestId: string, outcome: InvocationResult): void {
    const running = this.#running;
    if (running?.requestId !== requestId) return;
    this.#running = undefined;
    clearTimeout(running.timer);
    running.settle(outcome);
  }

  async #onTimeout(requestId: string): Promise<void> {
    const error = timeoutError(requestId, this.#options.definition.timeoutSeconds);
    const running = this.#running;
    this.#running = undefined;
    await this.close();
    this.#onLine(error.error.errorMessage);
    running?.settle(error);
  }

  #onExit(code: number): void {
    this.#alive = false;
    this.#ready.resolve(exitError(code));
    this.#pending?.settle('gone');
    if (this.#running !== undefined) this.#settle(this.#running.requestId, exitError(code));
  }

  #onLine(line: string): void {
    const requestId = this.#lastRequestId;
    const functionName = this.#options.definition.name;
    this.#options.onLog({ functionName, ...(requestId === undefined ? {} : { requestId }), at: Date.now(), line });
  }
}

function answered(body: string | undefined): InvocationResult {
  return body === undefined ? tooLargeError() : { ok: true, payload: parseJson(body) };
}

/** In the form of X-Ray's header, as every invocation on Lambda has one. */
function traceId(): string {
  const hex = randomUUID().replaceAll('-', '');
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  return `Root=1-${seconds}-${hex.slice(0, 24)};Parent=${hex.slice(16)};Sampled=0`;
}
