import { ENVIRONMENT } from '../names/environment.ts';
import type { Field } from './field.ts';
import { textOf } from './field.ts';

const DEFAULT_DAYS = 30;
const FEWEST_DAYS = 7;
const MOST_DAYS = 3_650;

/** Days for which the personal fields of a deleted user are kept; undefined for good. */
export const retentionDays: Field<number | undefined> = (environment) => {
  const text = textOf(environment, ENVIRONMENT.retentionDays) ?? String(DEFAULT_DAYS);
  if (text === 'off') return { value: undefined };
  const days = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (days >= FEWEST_DAYS && days <= MOST_DAYS) return { value: days };
  return {
    value: DEFAULT_DAYS,
    problem:
      `${ENVIRONMENT.retentionDays} is not valid: set it to a whole number of days from ${FEWEST_DAYS} to ${MOST_DAYS}, or to ` +
      `off to keep the personal fields of deleted users for good; leave it out for ${DEFAULT_DAYS}.`,
  };
};
