import { parseJson } from '../cloud/json.ts';

/** Callback ids name their operation, so that they survive a restart without being stored. */
export function callbackId(arn: string, operationId: string): string {
  return Buffer.from(JSON.stringify([arn, operationId])).toString('base64');
}

/** @returns Execution and operation that a callback id names; undefined when it is none of ours. */
export function parseCallbackId(id: string): { arn: string; operationId: string } | undefined {
  const parts = parseJson(Buffer.from(id, 'base64').toString('utf8'));
  if (!Array.isArray(parts)) return undefined;
  const arn: unknown = parts[0];
  const operationId: unknown = parts[1];
  return typeof arn === 'string' && typeof operationId === 'string' ? { arn, operationId } : undefined;
}
