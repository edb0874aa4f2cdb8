import { randomUUID } from 'node:crypto';
import { busName } from '../events/buses.ts';
import type { EventBuses } from '../events/buses.ts';
import { asList, asRecord, asText, isRecord, parseJson, texts } from '../json.ts';
import type { JsonRecord } from '../json.ts';
import { ServiceError } from './protocol.ts';
import type { Operation } from './protocol.ts';

export interface EventBridgeOptions {
  readonly buses: EventBuses;
  readonly region: string;
  readonly accountId: string;
  /** ms. */
  readonly now: () => number;
}

const MOST_ENTRIES = 10;
/** Of all entries of a call, bytes, counted as EventBridge counts them. */
const LARGEST_CALL = 1024 * 1024;
const SIZE_OF_TIME = 14;

/** EventBridge, as far as events are put on a bus. */
export function eventBridge(options: EventBridgeOptions): ReadonlyMap<string, Operation> {
  return new Map<string, Operation>([['PutEvents', (input) => putEvents(input, options)]]);
}

function putEvents(input: JsonRecord, options: EventBridgeOptions): JsonRecord {
  const entries = asList(input['Entries']).map(asRecord);
  refuseSize(entries);
  if (options.buses.faults.down) throw new ServiceError('InternalException', 'The bus is down.', 500);
  const results = entries.map((entry) => resultOf(entry, options));
  return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
}

function refuseSize(entries: readonly JsonRecord[]): void {
  if (entries.length < 1 || entries.length > MOST_ENTRIES) {
    throw new ServiceError('ValidationException', `A call takes from 1 to ${MOST_ENTRIES} entries.`);
  }
  if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > LARGEST_CALL) {
    throw new ServiceError('ValidationException', 'Total size of the entries in the request is over the limit.');
  }
}

function sizeOf(entry: JsonRecord): number {
  const counted = [entry['Source'], entry['DetailType'], entry['Detail'], ...asList(entry['Resources'])];
  const bytes = counted.reduce<number>((sum, part) => sum + Buffer.byteLength(asText(part) ?? ''), 0);
  return bytes + (entry['Time'] === undefined ? 0 : SIZE_OF_TIME);
}

/** Each entry fails or succeeds for itself. */
function resultOf(entry: JsonRecord, options: EventBridgeOptions): JsonRecord {
  const { buses, region, accountId, now } = options;
  const refusal = refusalOf(entry, buses);
  if (refusal !== undefined) return { ErrorCode: refusal[0], ErrorMessage: refusal[1] };
  const id = randomUUID();
  const seconds = typeof entry['Time'] === 'number' ? entry['Time'] : now() / 1000;
  buses.publish(busName(asText(entry['EventBusName'])), {
    version: '0',
    id,
    'detail-type': asText(entry['DetailType']) ?? '',
    source: asText(entry['Source']) ?? '',
    account: accountId,
    time: new Date(Math.floor(seconds) * 1000).toISOString().replace('.000Z', 'Z'),
    region,
    resources: texts(entry['Resources']),
    detail: asRecord(parseJson(asText(entry['Detail']) ?? '')),
  });
  return { EventId: id };
}

type Refusal = readonly [code: string, message: string];

function refusalOf(entry: JsonRecord, buses: EventBuses): Refusal | undefined {
  const missing = ['Source', 'DetailType', 'Detail'].find((name) => !asText(entry[name]));
  if (missing !== undefined) return ['InvalidArgument', `Parameter ${missing} is not valid. Reason: it is required.`];
  if (!isRecord(parseJson(asText(entry['Detail']) ?? ''))) return ['MalformedDetail', 'Detail is malformed.'];
  if (asText(entry['Source'])?.startsWith('aws.')) {
    return ['NotAuthorizedForSourceException', 'Sources that begin with aws. are those of AWS.'];
  }
  const bus = busName(asText(entry['EventBusName']));
  if (!buses.has(bus)) return ['InvalidArgument', `The template has no event bus ${bus}.`];
  return buses.refusesNext() ? ['ThrottlingException', 'Rate exceeded'] : undefined;
}
