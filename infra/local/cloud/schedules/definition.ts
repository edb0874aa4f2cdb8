import { asRecord, asText } from '../json.ts';
import type { Resource, Stack } from '../template/stack.ts';
import { nextCronTime, zonedTime } from './calendar.ts';
import { parseCron } from './cron.ts';

/** An `AWS::Scheduler::Schedule`. */
export interface ScheduleDefinition {
  /** The name that the template gives, else the logical id. */
  readonly name: string;
  readonly arn: string;
  readonly expression: string;
  readonly enabled: boolean;
  readonly targetArn: string;
  /** ARN of the queue for events that were not delivered. */
  readonly deadLetterArn: string | undefined;
  /** Text of JSON; undefined: the scheduler's own event. */
  readonly input: string | undefined;
  /** First time after `after`, in ms; `since` is when the schedule began. Undefined when there is none. */
  readonly next: (after: number, since: number) => number | undefined;
  /** Why it is not fired on time, if it is not. */
  readonly problem: string | undefined;
}

type Next = ScheduleDefinition['next'];

const UNITS = new Map([
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
]);

export function scheduleDefinitions(stack: Stack): ScheduleDefinition[] {
  return stack.ofType('AWS::Scheduler::Schedule').map(definitionOf);
}

function definitionOf(resource: Resource): ScheduleDefinition {
  const target = asRecord(resource.property('Target'));
  const expression = asText(resource.property('ScheduleExpression')) ?? '';
  const zone = asText(resource.property('ScheduleExpressionTimezone')) ?? 'UTC';
  const timing = timingOf(expression, zone);
  const within = periodOf(resource);
  return {
    name: asText(resource.property('Name')) ?? resource.logicalId,
    arn: resource.attribute('Arn'),
    expression,
    enabled: resource.property('State') !== 'DISABLED',
    deadLetterArn: asText(asRecord(target['DeadLetterConfig'])['Arn']),
    targetArn: asText(target['Arn']) ?? '',
    input: asText(target['Input']),
    next: (after, since) => within(timing.next(Math.max(after, dateOf(resource, 'StartDate') ?? 0), since)),
    problem: timing.problem,
  };
}

/** @returns Lets a time pass unless it is after the schedule's end. */
function periodOf(resource: Resource): (time: number | undefined) => number | undefined {
  const end = dateOf(resource, 'EndDate') ?? Infinity;
  return (time) => (time !== undefined && time <= end ? time : undefined);
}

function dateOf(resource: Resource, property: string): number | undefined {
  const parsed = Date.parse(asText(resource.property(property)) ?? '');
  return Number.isNaN(parsed) ? undefined : parsed;
}

function timingOf(expression: string, zone: string): { next: Next; problem: string | undefined } {
  try {
    return { next: nextOf(expression, zone), problem: undefined };
  } catch (error) {
    return { next: () => undefined, problem: error instanceof Error ? error.message : String(error) };
  }
}

function nextOf(expression: string, zone: string): Next {
  const [, kind, text = ''] = /^(rate|at|cron)\((.*)\)$/.exec(expression) ?? [];
  if (kind === 'cron') {
    const fields = parseCron(text);
    return (after) => nextCronTime(fields, zone, after);
  }
  if (kind === 'rate') return nextRate(text);
  const wall = Date.parse(`${text}Z`);
  if (kind !== 'at' || Number.isNaN(wall)) throw new Error(`"${expression}" is no expression of a schedule.`);
  const once = zonedTime(wall, zone);
  return (after) => (once > after ? once : undefined);
}

function nextRate(text: string): Next {
  const [, count, unit = ''] = /^(\d+) (minute|hour|day)s?$/.exec(text) ?? [];
  const period = Number(count) * (UNITS.get(unit) ?? Number.NaN);
  if (!(period > 0)) throw new Error(`"rate(${text})" is no rate.`);
  return (after, since) => since + (Math.floor((after - since) / period) + 1) * period;
}
