import { ENVIRONMENT } from '../names/environment.ts';
import type { Environment, Field } from './field.ts';
import { parseWith, textOf } from './field.ts';
import { stackName } from './fields.ts';
import type { LogConfig } from './log-fields.ts';
import { logLevel } from './log-fields.ts';

export interface HealthConfig extends LogConfig {
  /** The value of the metrics' dimension `Stack`. */
  readonly stackName: string;
  /** Names of the functions whose invocations are attempts to sync. */
  readonly functionNames: readonly string[];
}

const functionNames: Field<readonly string[]> = (environment) => {
  const names = (textOf(environment, ENVIRONMENT.syncingFunctions) ?? '').split(',').map((name) => name.trim());
  if (names.every((name) => /^[\w-]{1,140}$/.test(name))) return { value: names };
  return {
    value: [],
    problem:
      `${ENVIRONMENT.syncingFunctions} is not valid: set it to the names of the functions that sync users (authorizers, ` +
      'webhook, users), with commas between.',
  };
};

/**
 * The configuration of the health function.
 * @throws ConfigInvalid that lists every variable that is missing or wrong
 */
export function parseHealthConfig(environment: Environment): HealthConfig {
  return parseWith(environment, (read) => ({
    logLevel: read(logLevel),
    stackName: read(stackName),
    functionNames: read(functionNames),
  }));
}
