import { notRunnable } from '../lambda/definition.ts';
import { LambdaRefusal } from '../lambda/errors.ts';
import type { Functions } from '../lambda/functions.ts';
import { refusalAsResult } from '../lambda/invoker.ts';
import type { Invoker } from '../lambda/invoker.ts';
import type { Stack } from '../template/stack.ts';
import type { BusEvent, EventBuses } from './buses.ts';
import { eventRules } from './rules.ts';

export interface DeliverOptions {
  readonly stack: Stack;
  readonly buses: EventBuses;
  readonly functions: Functions;
  readonly invoker: Pick<Invoker, 'invoke'>;
  readonly onProblem: (line: string) => void;
}

/**
 * Hands events to the functions that the template's rules name, once each: what a function makes of one is its own affair, and
 * nobody who publishes waits for it.
 *
 * @returns what of the rules is not imitated, for people
 */
export function deliverEvents({ stack, buses, functions, invoker, onProblem }: DeliverOptions): readonly string[] {
  const { rules, notImitated } = eventRules(stack, (arn) => runsHere(arn, functions));
  const hand = async (arn: string, event: BusEvent, rule: string): Promise<void> => {
    const result = await refusalAsResult(() => invoker.invoke(arn, event));
    if (!result.ok) onProblem(`${rule}: ${arn} did not take the event ${event.id}: ${result.error.errorMessage}`);
  };
  buses.onEvent((bus, event) => {
    for (const rule of rules.filter((each) => each.bus === bus && each.wants(event))) {
      for (const arn of rule.functions) {
        hand(arn, event, rule.logicalId).catch((error: unknown) => onProblem(`${rule.logicalId}: ${String(error)}`));
      }
    }
  });
  return notImitated;
}

function runsHere(arn: string, functions: Functions): boolean {
  try {
    return notRunnable(functions.resolve(arn).definition) === undefined;
  } catch (error) {
    if (error instanceof LambdaRefusal) return false;
    throw error;
  }
}
