import { asRecord, asText, isRecord } from '../../cloud/json.ts';
import type { JsonRecord } from '../../cloud/json.ts';
import type { Action } from '../contract.ts';

/** An id of Clerk's or of a run's: it becomes part of a path. */
const ID = /^[\w-]{1,100}$/;

/** @returns undefined for what is no action of the console's, and for one that lacks something */
export function readAction(value: unknown): Action | undefined {
  const given = asRecord(value);
  if (!isRecord(value)) return undefined;
  const { action } = given;
  switch (action) {
    case 'sign-up':
    case 'change':
      return readPerson(action, given);
    case 'ban':
    case 'unban':
    case 'delete':
    case 'visit':
    case 'break-row': {
      const userId = idIn(given, 'userId');
      return userId === undefined ? undefined : { action, userId };
    }
    case 'approve': {
      const runId = idIn(given, 'runId');
      return runId === undefined ? undefined : { action, runId };
    }
    case 'webhooks': {
      const mode = oneOf(given['mode'], ['deliver', 'delay', 'drop'] as const);
      return mode && { action, mode };
    }
    case 'run': {
      const kind = oneOf(given['kind'], ['full', 'incremental', 'forced'] as const);
      return kind && { action, kind };
    }
    case 'deliver-waiting':
      return { action };
    default:
      return undefined;
  }
}

function readPerson(action: 'sign-up' | 'change', given: JsonRecord): Action | undefined {
  const firstName = asText(given['firstName']);
  const lastName = asText(given['lastName']);
  if (firstName === undefined || lastName === undefined) return undefined;
  if (action === 'change') {
    const userId = idIn(given, 'userId');
    return userId === undefined ? undefined : { action, userId, firstName, lastName };
  }
  const email = asText(given['email']);
  return email === undefined ? undefined : { action, email, firstName, lastName };
}

function idIn(given: JsonRecord, name: string): string | undefined {
  const id = asText(given[name]);
  return id !== undefined && ID.test(id) ? id : undefined;
}

function oneOf<const T extends string>(value: unknown, known: readonly T[]): T | undefined {
  return known.find((word) => word === value);
}
