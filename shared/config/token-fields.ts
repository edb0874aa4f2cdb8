import type { Profile } from '../domain/user.ts';
import { PROFILE_FIELDS } from '../domain/user.ts';
import { ENVIRONMENT } from '../names/environment.ts';
import type { Environment, Field } from './field.ts';
import { textOf } from './field.ts';

type ClaimField = keyof Profile | 'updatedAt';

/** By field, the claims that are not called by their usual names. */
export type ClaimNames = Partial<Readonly<Record<ClaimField, string>>>;

const CLAIM_FIELDS: readonly ClaimField[] = [...PROFILE_FIELDS, 'updatedAt'];

/** Values of `aud` that mean this deployment; none is the rule, since Clerk's session tokens have no `aud`. */
export const audience: Field<readonly string[]> = (environment) => {
  const values = listIn(environment, ENVIRONMENT.audience);
  if (values.every((value) => /^[\x21-\x7e]{1,250}$/.test(value))) return { value: values };
  return {
    value: [],
    problem: `${ENVIRONMENT.audience} is not valid: set it to the values of aud that mean this API, with commas between.`,
  };
};

/** Claims that say when the token was made and how long it is good: a refreshed one may carry the profile of the one before. */
const TIMES_OF_THE_TOKEN: ReadonlySet<string> = new Set(['iat', 'nbf', 'exp']);

const HOUR_S = 3_600;
const SHORTEST_LIFE_S = 60;
const LONGEST_LIFE_S = 24 * HOUR_S;

/** The longest life of a token that is accepted: the variable in seconds, its value in ms. */
export const maxTokenLifeMs: Field<number> = (environment) => {
  const text = textOf(environment, ENVIRONMENT.maxTokenLife) ?? String(HOUR_S);
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (seconds >= SHORTEST_LIFE_S && seconds <= LONGEST_LIFE_S) return { value: seconds * 1_000 };
  return {
    value: HOUR_S * 1_000,
    problem:
      `${ENVIRONMENT.maxTokenLife} is not valid: set it to a whole number of seconds from ${SHORTEST_LIFE_S}, the life of a ` +
      `session token, to ${LONGEST_LIFE_S}; leave it out for ${HOUR_S}.`,
  };
};

/** Names of profile claims that the session token does not carry under their usual names. */
export const claimNames: Field<ClaimNames> = (environment) => {
  const pairs = listIn(environment, ENVIRONMENT.claimNames).map((pair) => pair.split('='));
  const names: Partial<Record<ClaimField, string>> = {};
  for (const [field, name, ...rest] of pairs) {
    const known = CLAIM_FIELDS.find((each) => each === field);
    if (known === undefined || name === undefined || name === '' || rest.length > 0 || names[known] !== undefined) {
      return { value: {}, problem: wrongNames() };
    }
    names[known] = name;
  }
  if (TIMES_OF_THE_TOKEN.has(names.updatedAt ?? '')) return { value: {}, problem: wrongUpdatedAt() };
  return { value: names };
};

function wrongNames(): string {
  return (
    `${ENVIRONMENT.claimNames} is not valid: set it to pairs such as email=mail,updatedAt=changed, each field once, of ` +
    `${CLAIM_FIELDS.join(', ')}; leave out those with their usual names.`
  );
}

function wrongUpdatedAt(): string {
  return (
    `${ENVIRONMENT.claimNames} is not valid: iat, nbf and exp say when the token was made, not when the user changed. Set ` +
    'updatedAt to a claim that has {{user.updated_at}}, or leave it out.'
  );
}

/** The items of a list with commas between; empty ones do not count. */
function listIn(environment: Environment, name: Parameters<typeof textOf>[1]): readonly string[] {
  const items = (textOf(environment, name) ?? '').split(',').map((item) => item.trim());
  return items.filter((item) => item !== '');
}
