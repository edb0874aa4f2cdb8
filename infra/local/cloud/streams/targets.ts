import { notRunnable } from '../lambda/definition.ts';
import { LambdaRefusal } from '../lambda/errors.ts';
import type { Functions, ResolvedFunction } from '../lambda/functions.ts';
import type { IgnoredMapping, StreamMapping } from './definition.ts';

/** A mapping and the function that it drives. */
export interface DrivingMapping extends StreamMapping {
  readonly target: ResolvedFunction;
}

/**
 * Finds the function of a mapping.
 * @throws When the stack has none: a deployment would fail.
 */
export function withTarget(mapping: StreamMapping, functions: Functions): DrivingMapping | IgnoredMapping {
  const { logicalId } = mapping;
  const target = resolve(mapping, functions);
  if (target.definition.durable !== undefined) return { logicalId, reason: 'its function is durable.' };
  if (notRunnable(target.definition) !== undefined) return { logicalId, reason: 'its function does not run here.' };
  return { ...mapping, target };
}

function resolve({ logicalId, functionName }: StreamMapping, functions: Functions): ResolvedFunction {
  try {
    return functions.resolve(functionName);
  } catch (error) {
    if (!(error instanceof LambdaRefusal)) throw error;
    const at = `Resources.${logicalId}.Properties.FunctionName`;
    throw new Error(`${at}: the template has no function, version or alias "${functionName}".`, { cause: error });
  }
}
