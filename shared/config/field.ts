import type { EnvironmentName } from '../names/environment.ts';
import { ConfigInvalid } from './config-error.ts';

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A setting read: its value or, with what is wrong, a stand-in that lets the other settings be looked at and goes no further. */
export interface Read<T> {
  readonly value: T;
  readonly problem?: string;
}

/** Reads one setting from the environment. */
export type Field<T> = (environment: Environment) => Read<T>;

/**
 * Reads a configuration and reports everything that is wrong with it at once, so that it need not be found out one deploy
 * at a time.
 *
 * @param build puts the configuration together from the fields that `read` gives it
 * @throws ConfigInvalid
 */
export function parseWith<Config>(
  environment: Environment,
  build: (read: <T>(field: Field<T>) => T) => Config,
): Config {
  const problems: string[] = [];
  const config = build((field) => {
    const { value, problem } = field(environment);
    if (problem !== undefined) problems.push(problem);
    return value;
  });
  if (problems.length > 0) throw new ConfigInvalid(problems);
  return config;
}

/** The text of a variable; one that is empty or blank counts as not set, as shells and templates leave it. */
export function textOf(environment: Environment, name: EnvironmentName): string | undefined {
  return environment[name]?.trim() || undefined;
}

/** A variable with one of a few words. */
export function choice<Word extends string>(
  name: EnvironmentName,
  words: readonly Word[],
  fallback: Word,
): Field<Word> {
  return (environment) => {
    const text = textOf(environment, name);
    if (text === undefined) return { value: fallback };
    const word = words.find((each) => each === text);
    if (word !== undefined) return { value: word };
    return { value: fallback, problem: `${name} must be one of ${words.join(', ')}; leave it out for ${fallback}.` };
  };
}

/**
 * A variable that must be set.
 * @param isValid whether its text can be used
 * @param remedy what to set it to, for the message
 */
export function required(name: EnvironmentName, isValid: (text: string) => boolean, remedy: string): Field<string> {
  return (environment) => {
    const text = textOf(environment, name);
    if (text === undefined) return { value: '', problem: `${name} is not set: ${remedy}.` };
    return isValid(text) ? { value: text } : { value: '', problem: `${name} is not valid: ${remedy}.` };
  };
}
