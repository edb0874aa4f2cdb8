import { invalidParameter, unknownParameter } from '../http/clerk-problem.ts';
import { normalised } from './user.ts';
import type { StoredUser } from './user.ts';

export type UserTest = (user: StoredUser) => boolean;

/** Longest list of one filter, by the specification of `GET /v1/users`. */
const MAX_VALUES = 100;

/** Filters of the specification that this stand-in cannot answer; leaving one out would answer something else. */
const NOT_IMITATED = ['organization_id', 'web3_wallet', 'provider', 'provider_user_id'];

/** Values a user must have one of (`included`, none: any) and must have none of (`excluded`). */
export interface Selection {
  readonly included: ReadonlySet<string>;
  readonly excluded: ReadonlySet<string>;
}

/**
 * Everything but creation time and user ids, which have indexes.
 * @throws HttpProblem 422 for a value of the wrong form, and for a filter that is not imitated.
 */
export function readFilters(query: URLSearchParams): UserTest[] {
  for (const name of NOT_IMITATED) {
    if (values(query, name).length > 0) throw unknownParameter(name, 'is not imitated by this stand-in');
  }
  return [...listFilters(query), ...searchFilters(query), ...momentFilters(query), ...bannedFilter(query)];
}

/** A list parameter, repeated (`a=1&a=2`), with brackets (`a[]=1`) or, for values without commas, as one (`a=1,2`). */
function values(query: URLSearchParams, name: string, separator?: ','): string[] {
  const given = [...query.getAll(name), ...query.getAll(`${name}[]`)];
  const list = separator === undefined ? given : given.flatMap((value) => value.split(separator));
  const filled = list.filter((value) => value !== '');
  if (filled.length > MAX_VALUES) throw invalidParameter(name, `at most ${MAX_VALUES} values`);
  return filled;
}

/** `+id` or `id` includes, `-id` excludes. A plus that was not escaped arrives as a space. */
export function readSelection(query: URLSearchParams, name: string, separator?: ','): Selection {
  const signed = values(query, name, separator);
  return {
    included: new Set(signed.filter((value) => !value.startsWith('-')).map((value) => value.replace(/^[+ ]/, ''))),
    excluded: new Set(signed.filter((value) => value.startsWith('-')).map((value) => value.slice(1))),
  };
}

/** A whole number of milliseconds. */
export function readMomentParameter(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const moment = Number(text);
  if (!Number.isSafeInteger(moment)) throw invalidParameter(name, 'milliseconds since 1970, a whole number');
  return moment;
}

function listFilters(query: URLSearchParams): UserTest[] {
  const external = readSelection(query, 'external_id');
  const externalId: UserTest = ({ externalId }) =>
    (external.included.size === 0 || (externalId !== null && external.included.has(externalId))) &&
    (externalId === null || !external.excluded.has(externalId));
  return [
    ...(external.included.size + external.excluded.size > 0 ? [externalId] : []),
    ...oneOf(query, 'email_address', ({ emails }) => emails.map(({ address }) => address)),
    ...oneOf(query, 'phone_number', ({ phones }) => phones.map(({ number }) => number)),
    ...oneOf(query, 'username', ({ username }) => (username === null ? [] : [username])),
  ];
}

function oneOf(query: URLSearchParams, name: string, identifiers: (user: StoredUser) => string[]): UserTest[] {
  const wanted = new Set(values(query, name, ',').map(normalised));
  return wanted.size === 0 ? [] : [(user) => identifiers(user).some((value) => wanted.has(normalised(value)))];
}

function searchFilters(query: URLSearchParams): UserTest[] {
  const emails = ({ emails }: StoredUser): string[] => emails.map(({ address }) => address);
  const phones = ({ phones }: StoredUser): string[] => phones.map(({ number }) => number);
  const names = ({ firstName, lastName }: StoredUser): string[] => [`${firstName ?? ''} ${lastName ?? ''}`];
  const username = ({ username }: StoredUser): string[] => [username ?? ''];
  const everything = (user: StoredUser): string[] =>
    [user.id].concat(emails(user), phones(user), names(user), username(user));
  return [
    ...containing(query, 'query', everything),
    ...containing(query, 'email_address_query', emails),
    ...containing(query, 'phone_number_query', phones),
    ...containing(query, 'username_query', username),
    ...containing(query, 'name_query', names),
  ];
}

function containing(query: URLSearchParams, name: string, texts: (user: StoredUser) => string[]): UserTest[] {
  const part = normalised(query.get(name) ?? '');
  return part === '' ? [] : [(user) => texts(user).some((text) => text.toLowerCase().includes(part))];
}

function momentFilters(query: URLSearchParams): UserTest[] {
  const before = (name: string, moment: (user: StoredUser) => number | null): UserTest[] => {
    const limit = readMomentParameter(query, name);
    return limit === undefined ? [] : [(user) => (moment(user) ?? Infinity) < limit];
  };
  const after = (name: string, moment: (user: StoredUser) => number | null): UserTest[] => {
    const limit = readMomentParameter(query, name);
    return limit === undefined ? [] : [(user) => (moment(user) ?? -Infinity) > limit];
  };
  return [
    ...before('last_active_at_before', (user) => user.lastActiveAt),
    ...after('last_active_at_after', (user) => user.lastActiveAt),
    ...after('last_active_at_since', (user) => (user.lastActiveAt === null ? null : user.lastActiveAt + 1)),
    ...before('last_sign_in_at_before', (user) => user.lastSignInAt),
    ...after('last_sign_in_at_after', (user) => user.lastSignInAt),
  ];
}

function bannedFilter(query: URLSearchParams): UserTest[] {
  const text = query.get('banned');
  if (text === null || text === '') return [];
  if (text !== 'true' && text !== 'false') throw invalidParameter('banned', 'true or false');
  return [({ banned }) => banned === (text === 'true')];
}
