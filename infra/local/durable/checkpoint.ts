import { runChainedInvokes } from './chained-invoke.ts';
import { issueToken } from './execution.ts';
import type { Execution } from './execution.ts';
import { invalid } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { letTimePass } from './service.ts';
import type { Core } from './service.ts';
import type { OperationUpdate } from './update.ts';
import { epochTime, statePage, writeOperation } from './wire.ts';
import type { StatePage } from './wire.ts';

export interface CheckpointRequest {
  readonly token: string | undefined;
  /** The AWS SDK sends one with every call and the same one again when it repeats a call whose answer was lost. */
  readonly clientToken: string | undefined;
  readonly updates: readonly OperationUpdate[];
}

/**
 * A function's timer may fire a moment before the time that it was given. Were the answer then that nothing is due, the
 * SDK would ask again only after a second.
 */
const EARLY_MS = 2;

/**
 * Stores what a function has done and tells it what else has changed since it last heard.
 * @returns The answer of CheckpointDurableExecution. After the checkpoint that ends the execution it has no token.
 * @throws Refusal when the token is not the current one or an update cannot be applied. Nothing has changed then.
 */
export function checkpoint(core: Core, execution: Execution, request: CheckpointRequest): unknown {
  const { token, clientToken, updates } = request;
  const last = execution.lastCheckpoint;
  if (last !== undefined && last.clientToken === clientToken && last.token === token) return last.answer;
  requireToken(execution, token);
  const now = core.clock.now();
  letTimePass(core, execution, now + EARLY_MS);
  if (updates.length > 0) {
    const change = core.record(execution, { kind: 'checkpoint', at: now, updates });
    runChainedInvokes(core, execution, change.operations);
  }
  const next = execution.outcome === undefined ? issueToken(execution) : undefined;
  const answer = { CheckpointToken: next, NewExecutionState: { Operations: news(core, execution) } };
  if (clientToken !== undefined && token !== undefined) execution.lastCheckpoint = { clientToken, token, answer };
  return answer;
}

function news(core: Core, execution: Execution): unknown[] {
  const time = epochTime(core.clock.ahead());
  const changed = [...execution.untold].flatMap((id) => execution.operations.get(id) ?? []);
  execution.untold.clear();
  return changed.map((operation) => writeOperation(operation, time));
}

/** The state for a function whose execution did not fit into its event: the answer of GetDurableExecutionState. */
export function readState(
  core: Core,
  execution: Execution,
  request: { token: string | undefined; marker: string | undefined; maxItems: number | undefined },
): StatePage {
  requireToken(execution, request.token);
  return statePage(execution, epochTime(core.clock.ahead()), request.marker, request.maxItems);
}

/**
 * What a function hears that another invocation has taken over from, or whose execution has ended. The message is the service's own, to the letter: SDKs recognise it. Version 2.4.0 of the JavaScript SDK looks for
 * "Invalid Checkpoint Token" instead, so with it a stale token fails the execution here, as it does on AWS
 * (aws-durable-execution-sdk-js, issue 917).
 */
export function staleToken(): Refusal {
  return invalid('Invalid checkpoint token');
}

function requireToken(execution: Execution, token: string | undefined): void {
  if (token === undefined || token !== execution.token) throw staleToken();
}
