import { asList, asNumber, asRecord, asText, isTrue, texts } from '../json.ts';
import type { Resource, Stack } from '../template/stack.ts';
import type { Test } from './operators.ts';
import { parsePattern } from './pattern.ts';
import type { RetryPolicy } from './retry.ts';

/** An `AWS::Lambda::EventSourceMapping` whose source is a table's stream. */
export interface StreamMapping {
  readonly logicalId: string;
  /** Name or ARN, perhaps with a version or an alias. */
  readonly functionName: string;
  readonly tableName: string;
  readonly streamArn: string;
  readonly isEnabled: boolean;
  readonly startsAt: 'TRIM_HORIZON' | 'LATEST';
  readonly batchSize: number;
  readonly windowMs: number;
  readonly wants: Test;
  readonly policy: RetryPolicy;
  readonly reportsItems: boolean;
  /** ARN of the queue or topic that hears of batches that were given up. */
  readonly destination: string | undefined;
}

/** A mapping that is left alone, and why. */
export interface IgnoredMapping {
  readonly logicalId: string;
  readonly reason: string;
}

export interface StreamMappings {
  readonly mappings: readonly StreamMapping[];
  readonly ignored: readonly IgnoredMapping[];
}

const INFINITE = -1;

/**
 * Reads every event source mapping of the stack.
 * @throws For a property that a deployment would refuse, or a filter that is not imitated; the message names it.
 */
export function streamMappings(stack: Stack): StreamMappings {
  const read = stack.ofType('AWS::Lambda::EventSourceMapping').map((resource) => readMapping(resource, stack));
  return {
    mappings: read.filter((mapping) => 'streamArn' in mapping),
    ignored: read.filter((mapping) => 'reason' in mapping),
  };
}

function readMapping(resource: Resource, stack: Stack): StreamMapping | IgnoredMapping {
  const { logicalId } = resource;
  const streamArn = asText(resource.property('EventSourceArn')) ?? '';
  if (!/^arn:[^:]+:dynamodb:[^:]*:[^:]*:table\/[^/]+\/stream\//.test(streamArn)) {
    return { logicalId, reason: 'its source is no stream of a DynamoDB table.' };
  }
  const table = stack
    .ofType('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable')
    .find((candidate) => candidate.attribute('StreamArn') === streamArn);
  if (table === undefined)
    return { logicalId, reason: 'its source is the stream of a table outside of this template.' };
  if ((asNumber(resource.property('TumblingWindowInSeconds')) ?? 0) > 0) {
    return { logicalId, reason: 'it has a tumbling window.' };
  }
  return definitionOf(resource, table, streamArn);
}

function definitionOf(resource: Resource, table: Resource, streamArn: string): StreamMapping {
  if (table.property('StreamSpecification') === undefined) {
    refuse(resource, 'EventSourceArn', `the table ${table.logicalId} has no stream: give it a StreamSpecification.`);
  }
  const destination = asRecord(asRecord(resource.property('DestinationConfig'))['OnFailure'])['Destination'];
  return {
    logicalId: resource.logicalId,
    functionName: asText(resource.property('FunctionName')) ?? '',
    tableName: table.physicalId,
    streamArn,
    isEnabled: resource.property('Enabled') === undefined || isTrue(resource.property('Enabled')),
    startsAt: startOf(resource),
    batchSize: whole(resource, 'BatchSize', 1, 10_000) ?? 100,
    windowMs: (whole(resource, 'MaximumBatchingWindowInSeconds', 0, 300) ?? 0) * 1000,
    wants: filterOf(resource),
    policy: policyOf(resource),
    reportsItems: texts(resource.property('FunctionResponseTypes')).includes('ReportBatchItemFailures'),
    destination: asText(destination),
  };
}

function policyOf(resource: Resource): RetryPolicy {
  const retries = whole(resource, 'MaximumRetryAttempts', INFINITE, 10_000) ?? INFINITE;
  const age = whole(resource, 'MaximumRecordAgeInSeconds', INFINITE, 604_800) ?? INFINITE;
  return {
    bisects: isTrue(resource.property('BisectBatchOnFunctionError')),
    maximumRetries: retries === INFINITE ? Infinity : retries,
    maximumAgeMs: age === INFINITE ? Infinity : age * 1000,
  };
}

function startOf(resource: Resource): StreamMapping['startsAt'] {
  const start = resource.property('StartingPosition');
  if (start === 'TRIM_HORIZON' || start === 'LATEST') return start;
  return refuse(resource, 'StartingPosition', `TRIM_HORIZON or LATEST is wanted, not ${JSON.stringify(start)}.`);
}

/** A record is wanted when one of the patterns fits, or when there are none. */
function filterOf(resource: Resource): Test {
  const at = `Resources.${resource.logicalId}.Properties.FilterCriteria.Filters`;
  const filters = asList(asRecord(resource.property('FilterCriteria'))['Filters']);
  const tests = filters.map((filter, index) =>
    parsePattern(asText(asRecord(filter)['Pattern']) ?? '{}', `${at}[${index}].Pattern`),
  );
  return (event) => tests.length === 0 || tests.some((test) => test(event));
}

function whole(resource: Resource, property: string, least: number, most: number): number | undefined {
  const value = resource.property(property);
  const number = asNumber(value);
  if (value === undefined) return undefined;
  if (number !== undefined && Number.isInteger(number) && number >= least && number <= most) return number;
  return refuse(resource, property, `a whole number from ${least} to ${most} is wanted, not ${JSON.stringify(value)}.`);
}

function refuse(resource: Resource, property: string, why: string): never {
  throw new Error(`Resources.${resource.logicalId}.Properties.${property}: ${why}`);
}
