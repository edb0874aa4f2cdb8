import { isRecord } from '../cloud/json.ts';
import { invalid } from './refusal.ts';

const OPERATION_TYPES = ['EXECUTION', 'CONTEXT', 'STEP', 'WAIT', 'CALLBACK', 'CHAINED_INVOKE'] as const;
type OperationType = (typeof OPERATION_TYPES)[number];

const ACTIONS = ['START', 'SUCCEED', 'FAIL', 'RETRY', 'CANCEL'] as const;
type OperationAction = (typeof ACTIONS)[number];

/** An error as the API carries it. */
export interface ErrorObject {
  readonly ErrorMessage?: string | undefined;
  readonly ErrorType?: string | undefined;
  readonly ErrorData?: string | undefined;
  readonly StackTrace?: readonly string[] | undefined;
}

/** One change that a function asks for: `OperationUpdate` of the Lambda API, as far as it is imitated. */
export interface OperationUpdate {
  readonly Id: string;
  readonly Type: OperationType;
  readonly Action: OperationAction;
  readonly ParentId?: string | undefined;
  readonly Name?: string | undefined;
  readonly SubType?: string | undefined;
  readonly Payload?: string | undefined;
  readonly Error?: ErrorObject | undefined;
  readonly ContextOptions?: { readonly ReplayChildren?: boolean | undefined } | undefined;
  readonly StepOptions?: { readonly NextAttemptDelaySeconds?: number | undefined } | undefined;
  readonly WaitOptions?: { readonly WaitSeconds?: number | undefined } | undefined;
  readonly CallbackOptions?: CallbackOptions | undefined;
  readonly ChainedInvokeOptions?: { readonly FunctionName?: string | undefined } | undefined;
}

interface CallbackOptions {
  readonly TimeoutSeconds?: number | undefined;
  readonly HeartbeatTimeoutSeconds?: number | undefined;
}

/**
 * Reads the updates of a checkpoint.
 * @throws Refusal naming the update and the field that is not as the API has it.
 */
export function parseUpdates(value: unknown): OperationUpdate[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalid('Updates must be a list.');
  return value.map((item: unknown, index) => parseUpdate(item, `Updates[${index}]`));
}

function parseUpdate(value: unknown, where: string): OperationUpdate {
  const record = member(value, where);
  const id = text(record['Id'], `${where}.Id`);
  if (id === undefined || !/^[a-zA-Z0-9_-]{1,64}$/.test(id))
    throw invalid(`${where}.Id must be 1 to 64 of a-zA-Z0-9-_.`);
  return {
    Id: id,
    Type: oneOf(OPERATION_TYPES, record['Type'], `${where}.Type`),
    Action: oneOf(ACTIONS, record['Action'], `${where}.Action`),
    ParentId: text(record['ParentId'], `${where}.ParentId`),
    Name: text(record['Name'], `${where}.Name`),
    SubType: text(record['SubType'], `${where}.SubType`),
    Payload: text(record['Payload'], `${where}.Payload`),
    Error: parseError(record['Error'], `${where}.Error`),
    ...parseOptions(record, where),
  };
}

function parseOptions(record: Record<string, unknown>, where: string): Partial<OperationUpdate> {
  const at = (name: string): Record<string, unknown> | undefined =>
    absent(record[name]) ? undefined : member(record[name], `${where}.${name}`);
  const context = at('ContextOptions');
  const step = at('StepOptions');
  const wait = at('WaitOptions');
  const callback = at('CallbackOptions');
  const chained = at('ChainedInvokeOptions');
  return {
    ContextOptions: context && { ReplayChildren: context['ReplayChildren'] === true },
    StepOptions: step && { NextAttemptDelaySeconds: seconds(step, 'NextAttemptDelaySeconds', where) },
    WaitOptions: wait && { WaitSeconds: seconds(wait, 'WaitSeconds', where) },
    CallbackOptions: callback && {
      TimeoutSeconds: seconds(callback, 'TimeoutSeconds', where),
      HeartbeatTimeoutSeconds: seconds(callback, 'HeartbeatTimeoutSeconds', where),
    },
    ChainedInvokeOptions: chained && { FunctionName: text(chained['FunctionName'], `${where}.FunctionName`) },
  };
}

/**
 * Reads an error.
 * @param where What it is called in the refusal.
 * @throws Refusal when there is something, but not an error object.
 */
export function parseError(value: unknown, where: string): ErrorObject | undefined {
  if (absent(value)) return undefined;
  const record = member(value, where);
  const stack = record['StackTrace'];
  return {
    ErrorMessage: text(record['ErrorMessage'], `${where}.ErrorMessage`),
    ErrorType: text(record['ErrorType'], `${where}.ErrorType`),
    ErrorData: text(record['ErrorData'], `${where}.ErrorData`),
    StackTrace: Array.isArray(stack) ? stack.map(String) : undefined,
  };
}

/** JSON writes a missing member by leaving it out or as null. */
function absent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

function member(value: unknown, where: string): Record<string, unknown> {
  if (!isRecord(value)) throw invalid(`${where} must be an object.`);
  return value;
}

function text(value: unknown, where: string): string | undefined {
  if (absent(value)) return undefined;
  if (typeof value !== 'string') throw invalid(`${where} must be a string.`);
  return value;
}

function seconds(record: Record<string, unknown>, name: string, where: string): number | undefined {
  const value = record[name];
  if (absent(value)) return undefined;
  if (typeof value !== 'number' || !(value >= 0)) throw invalid(`${where}: ${name} must be a number of seconds.`);
  return value;
}

function oneOf<T extends string>(allowed: readonly T[], value: unknown, where: string): T {
  const found = allowed.find((item) => item === value);
  if (found === undefined) throw invalid(`${where} must be one of ${allowed.join(', ')}.`);
  return found;
}
