import { asList, asRecord, asText } from '../json.ts';
import { parsePattern } from '../streams/pattern.ts';
import type { Test } from '../streams/operators.ts';
import type { Resource, Stack } from '../template/stack.ts';
import { busName } from './buses.ts';

/** An `AWS::Events::Rule` that hands the events of a bus to functions. */
export interface EventRule {
  readonly logicalId: string;
  readonly bus: string;
  readonly wants: Test;
  /** Names or ARNs, perhaps with a version or an alias. */
  readonly functions: readonly string[];
}

export interface EventRules {
  readonly rules: readonly EventRule[];
  /** Rules and targets that are left alone, and why. */
  readonly notImitated: readonly string[];
}

/** What a target is handed in place of the event. */
const INPUTS = ['Input', 'InputPath', 'InputTransformer'];

/**
 * Reads every rule of the stack that is enabled.
 * @param isFunction whether a target is a function that runs here
 */
export function eventRules(stack: Stack, isFunction: (arn: string) => boolean): EventRules {
  const read = stack
    .ofType('AWS::Events::Rule')
    .filter((resource) => resource.property('State') !== 'DISABLED')
    .map((resource) => readRule(resource, isFunction));
  return {
    rules: read.flatMap(({ rule }) => rule ?? []),
    notImitated: read.flatMap(({ problems }) => problems),
  };
}

interface ReadRule {
  readonly rule?: EventRule;
  readonly problems: readonly string[];
}

function readRule(resource: Resource, isFunction: (arn: string) => boolean): ReadRule {
  const { logicalId } = resource;
  const problem = (reason: string): string => `AWS::Events::Rule ${logicalId}: ${reason}`;
  const wants = patternOf(resource);
  if (typeof wants === 'string') return { problems: [problem(wants)] };
  const targets = asList(resource.property('Targets')).map(asRecord);
  const functions = targets.filter((target) => whyNotReached(target, isFunction) === undefined);
  const bus = busName(asText(resource.property('EventBusName')));
  return {
    rule: { logicalId, bus, wants, functions: functions.map(arnOf) },
    problems: targets.flatMap((target) => whyNotReached(target, isFunction) ?? []).map(problem),
  };
}

/** @returns the test, or why there is none */
function patternOf(resource: Resource): Test | string {
  const pattern = resource.property('EventPattern');
  if (pattern === undefined) return 'only rules with an event pattern are imitated.';
  const at = `Resources.${resource.logicalId}.Properties.EventPattern`;
  try {
    return parsePattern(asText(pattern) ?? JSON.stringify(pattern), at);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function whyNotReached(target: Record<string, unknown>, isFunction: (arn: string) => boolean): string | undefined {
  if (!isFunction(arnOf(target))) return `its target ${arnOf(target)} is no function of the template that runs here.`;
  const input = INPUTS.find((name) => target[name] !== undefined);
  return input && `its target ${arnOf(target)} is to be handed something else than the event (${input}).`;
}

function arnOf(target: Record<string, unknown>): string {
  return asText(target['Arn']) ?? '';
}
