import type { CohortRule } from '../domain/roster.ts';
import { isCohort } from '../domain/roster.ts';
import { ENVIRONMENT } from '../names/environment.ts';
import type { EnvironmentName } from '../names/environment.ts';
import type { Environment, Field, Read } from './field.ts';
import { choice, textOf } from './field.ts';

/** How users are linked to the roster. */
export interface RosterConfig {
  readonly cohort: CohortRule;
}

const isOn = choice(ENVIRONMENT.roster, ['on', 'off'], 'off');

/** Whether pre-registered people are linked, and where a cohort comes from; undefined where they are not. */
export const roster: Field<RosterConfig | undefined> = (environment) => {
  const switched = isOn(environment);
  if (switched.problem !== undefined) return { value: undefined, problem: switched.problem };
  if (switched.value === 'off') return { value: undefined };
  const fallback = optionalCohort(environment, ENVIRONMENT.rosterDefaultCohort);
  const metadataKey = optionalCohort(environment, ENVIRONMENT.rosterCohortKey);
  const problem = [fallback.problem, metadataKey.problem].find((each) => each !== undefined);
  const cohort = {
    ...(fallback.value !== undefined && { fallback: fallback.value }),
    ...(metadataKey.value !== undefined && { metadataKey: metadataKey.value }),
  };
  return { value: { cohort }, ...(problem !== undefined && { problem }) };
};

function optionalCohort(environment: Environment, name: EnvironmentName): Read<string | undefined> {
  const text = textOf(environment, name);
  if (text === undefined || isCohort(text)) return { value: text };
  return {
    value: undefined,
    problem: `${name} is not valid: set it to a text of at most 256 characters, or leave it out.`,
  };
}
