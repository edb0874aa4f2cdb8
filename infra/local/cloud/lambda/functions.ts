import type { InvocationResult } from '../../invocation.ts';
import { asText } from '../json.ts';
import type { LogEntry } from '../logs.ts';
import type { Stack } from '../template/stack.ts';
import { functionDefinitions, notRunnable } from './definition.ts';
import type { FunctionDefinition } from './definition.ts';
import { declaredVariables } from './environment.ts';
import type { FunctionHost } from './environment.ts';
import { functionNotFound, LambdaRefusal, throttled } from './errors.ts';
import { FunctionInstance } from './instance.ts';
import type { LambdaMetrics } from './metrics.ts';
import { InstancePool } from './pool.ts';

/** What a name or an ARN stands for. */
export interface ResolvedFunction {
  readonly definition: FunctionDefinition;
  /** `$LATEST` or a number: an alias is resolved to its version. */
  readonly version: string;
  /** Whether the caller named a version or an alias. */
  readonly qualified: boolean;
  /** With the version as qualifier. */
  readonly versionArn: string;
}

/** On a laptop more processes are no faster. Further invocations wait for their turn. */
const MOST_PROCESSES = 10;
/** Of a synchronous invocation, in bytes. */
const LARGEST_PAYLOAD = 6 * 1024 * 1024;

/** All functions of the stack and their running instances. */
export class Functions {
  readonly definitions: readonly FunctionDefinition[];
  readonly #stack: Stack;
  readonly #host: FunctionHost;
  readonly #onLog: (entry: LogEntry) => void;
  readonly #metrics: LambdaMetrics;
  readonly #pools = new Map<string, InstancePool>();
  readonly #underway = new Map<string, number>();

  constructor(stack: Stack, host: FunctionHost, onLog: (entry: LogEntry) => void, metrics: LambdaMetrics) {
    this.#stack = stack;
    this.#host = host;
    this.#onLog = onLog;
    this.#metrics = metrics;
    this.definitions = functionDefinitions(stack);
  }

  /**
   * @param nameOrArn A function's name or ARN, either with a version or an alias as qualifier.
   * @throws {LambdaRefusal} When the stack has no such function, version or alias.
   */
  resolve(nameOrArn: string): ResolvedFunction {
    const [name = '', qualifier = '$LATEST'] = partsOf(nameOrArn);
    const definition = this.definitions.find((candidate) => candidate.name === name);
    if (definition === undefined) throw functionNotFound(nameOrArn);
    const version = this.#version(definition, qualifier);
    if (version === undefined) throw functionNotFound(nameOrArn);
    const qualified = nameOrArn.endsWith(`:${qualifier}`);
    return { definition, version, qualified, versionArn: `${definition.arn}:${version}` };
  }

  /**
   * Runs a function once, in an instance of its own.
   * @throws {LambdaRefusal} When Lambda would not run it.
   */
  async run(nameOrArn: string, payload: unknown): Promise<InvocationResult> {
    const { definition, version } = this.resolve(nameOrArn);
    const reason = notRunnable(definition);
    if (reason !== undefined) throw new LambdaRefusal(502, 'InvalidRuntimeException', reason);
    const json = JSON.stringify(payload ?? null);
    if (Buffer.byteLength(json) > LARGEST_PAYLOAD) {
      throw new LambdaRefusal(413, 'RequestTooLargeException', `The payload is over ${LARGEST_PAYLOAD} bytes.`);
    }
    const functionArn = nameOrArn.startsWith('arn:') ? nameOrArn : definition.arn;
    const run = (): Promise<InvocationResult> => this.#pool(definition, version).run({ payload: json, functionArn });
    return this.#measured(nameOrArn, definition, () => this.#counted(definition, run));
  }

  /** The variables that a function's own processes are given, without what Lambda sets itself. */
  variablesOf(definition: FunctionDefinition): Readonly<Record<string, string>> {
    return declaredVariables(definition, this.#host);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
  }

  /** A function's `Duration` has the wait for a process in it here, and its start. */
  async #measured(
    nameOrArn: string,
    { name }: FunctionDefinition,
    run: () => Promise<InvocationResult>,
  ): Promise<InvocationResult> {
    const qualifier = qualifierOf(nameOrArn);
    const startedAt = Date.now();
    try {
      const result = await run();
      const tookMs = Date.now() - startedAt;
      this.#metrics.invoked(name, qualifier, { kind: result.ok ? 'answered' : 'failed', tookMs });
      return result;
    } catch (error) {
      if (error instanceof LambdaRefusal && error.status === 429) {
        this.#metrics.invoked(name, qualifier, { kind: 'throttled' });
      }
      throw error;
    }
  }

  /** Concurrency counts for the function, whatever the version. */
  async #counted(definition: FunctionDefinition, run: () => Promise<InvocationResult>): Promise<InvocationResult> {
    const underway = this.#underway.get(definition.name) ?? 0;
    if (definition.reservedConcurrency !== undefined && underway >= definition.reservedConcurrency) throw throttled();
    this.#underway.set(definition.name, underway + 1);
    try {
      return await run();
    } finally {
      this.#underway.set(definition.name, (this.#underway.get(definition.name) ?? 1) - 1);
    }
  }

  #pool(definition: FunctionDefinition, version: string): InstancePool {
    const key = `${definition.name}:${version}`;
    const known = this.#pools.get(key);
    if (known !== undefined) return known;
    const pool = new InstancePool({
      largest: Math.min(MOST_PROCESSES, definition.reservedConcurrency ?? MOST_PROCESSES),
      create: () => new FunctionInstance({ definition, version, host: this.#host, onLog: this.#onLog }),
    });
    this.#pools.set(key, pool);
    return pool;
  }

  #version(definition: FunctionDefinition, qualifier: string): string | undefined {
    if (qualifier === '$LATEST') return qualifier;
    const qualifiedArn = `${definition.arn}:${qualifier}`;
    const published = this.#stack.ofType('AWS::Lambda::Version').some((version) => version.physicalId === qualifiedArn);
    if (published) return qualifier;
    const alias = this.#stack.ofType('AWS::Lambda::Alias').find((candidate) => candidate.physicalId === qualifiedArn);
    return asText(alias?.property('FunctionVersion'));
  }
}

/** A function's name, and the version or alias that a name or an ARN says. */
function partsOf(nameOrArn: string): string[] {
  return nameOrArn.replace(/^arn:[^:]+:lambda:[^:]*:[^:]*:function:/, '').split(':');
}

function qualifierOf(nameOrArn: string): string | undefined {
  return partsOf(nameOrArn)[1];
}
