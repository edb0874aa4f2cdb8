import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { answerError } from '../../infra/local/cloud/services/protocol.ts';
import { listen } from '../../infra/local/http/server.ts';

/** What a subject has asked AWS for. */
export interface Count {
  readonly readCalls: number;
  readonly readUnits: number;
  readonly writeCalls: number;
  readonly writeUnits: number;
  /** Those of them for users and their names. */
  readonly userWriteUnits: number;
  readonly metricCalls: number;
}

/** Stands between a subject and the services, hands every call on and counts it. */
export interface Meter {
  /** Of DynamoDB, CloudWatch and Secrets Manager alike. */
  readonly url: string;
  count(): Count;
  close(): Promise<void>;
}

interface MeterOptions {
  readonly dynamodbUrl: string;
  readonly servicesUrl: string;
}

interface Call {
  readonly service: string;
  readonly operation: string;
  /** Whether it names a user, or a name that belongs to one. */
  readonly isAboutUsers: boolean;
  /** What the engine says it has charged. */
  readonly units: number;
}

const DYNAMODB = 'DynamoDB_20120810';
const CLOUDWATCH = 'GraniteServiceVersion20100801';
const READ = /^(?:Get|Query|Scan|BatchGet|TransactGet)/;

export async function startMeter(options: MeterOptions): Promise<Meter> {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    pass(request, response, options).then(
      (call) => calls.push(call),
      (error: unknown) => answerError(request, response, error),
    );
  });
  const listener = await listen(server);
  return { url: listener.url, close: () => listener.close(), count: () => countOf(calls) };
}

/** To the table with a question that no function asks: what does this cost? */
async function pass(request: IncomingMessage, response: ServerResponse, urls: MeterOptions): Promise<Call> {
  const [service = '', operation = ''] = String(request.headers['x-amz-target']).split('.');
  const body = await text(request);
  const isTable = service === DYNAMODB;
  const sent = isTable ? JSON.stringify({ ...objectIn(body), ReturnConsumedCapacity: 'TOTAL' }) : body;
  const answer = await fetch(isTable ? urls.dynamodbUrl : urls.servicesUrl, {
    method: 'POST',
    body: sent,
    headers: handedOn(request),
  });
  const answered = await answer.text();
  response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(answered);
  const isAboutUsers = /"(?:user|email|username)#/.test(body);
  return { service, operation, isAboutUsers, units: isTable ? unitsIn(objectIn(answered)) : 0 };
}

function handedOn({ headers }: IncomingMessage): [string, string][] {
  const names = Object.keys(headers).filter((name) => /^(?:x-amz-|authorization$|content-type$)/.test(name));
  return names.map((name) => [name, String(headers[name])]);
}

function objectIn(body: string): Record<string, unknown> {
  return JSON.parse(body) as Record<string, unknown>;
}

function unitsIn({ ConsumedCapacity = [] }: { ConsumedCapacity?: unknown }): number {
  const charges = [ConsumedCapacity].flat() as { CapacityUnits?: number }[];
  return charges.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
}

function countOf(calls: readonly Call[]): Count {
  const ofTable = calls.filter(({ service }) => service === DYNAMODB);
  const reads = ofTable.filter(({ operation }) => READ.test(operation));
  const writes = ofTable.filter(({ operation }) => !READ.test(operation));
  return {
    readCalls: reads.length,
    readUnits: sumOfUnits(reads),
    writeCalls: writes.length,
    writeUnits: sumOfUnits(writes),
    userWriteUnits: sumOfUnits(writes.filter(({ isAboutUsers }) => isAboutUsers)),
    metricCalls: calls.filter(({ service }) => service === CLOUDWATCH).length,
  };
}

function sumOfUnits(calls: readonly Call[]): number {
  return calls.reduce((sum, { units }) => sum + units, 0);
}
