import type { core } from 'zod/mini';
import type { JsonValue } from '../../shared/domain/json.ts';
import type { JsonFlaw } from '../../shared/adapters/dynamodb/storable-json.ts';
import { flawOfJson } from '../../shared/adapters/dynamodb/storable-json.ts';

const FLAWS: Record<JsonFlaw, string> = {
  number: 'is a number that cannot be kept exactly',
  nesting: 'is nested too deep',
  text: 'holds half of a surrogate pair, which is not Unicode',
  name: 'has a member whose name cannot be kept',
};

/** Names that an answer may repeat: what else somebody has called a member may be anything. */
const PLAIN_NAME = /^\w{1,64}$/;

/** More would help nobody, and a body can have thousands. */
const MOST_ISSUES = 5;

/** Deeper, a place is described by where it is reached. */
const LONGEST_PATH = 5;

type Path = readonly PropertyKey[];

/**
 * @param value as `JSON.parse` gave it
 * @returns what no table could keep of it, and where; undefined if there is nothing
 */
export function explainFlaw(value: JsonValue): string | undefined {
  const flaw = flawOfJson(value);
  return flaw && `${placeOf(pathOfFlaw(value))} ${FLAWS[flaw]}.`;
}

/** Where it begins to be wrong: the innermost value that has a flaw by itself. */
function pathOfFlaw(value: JsonValue, length = 0): Path {
  if (typeof value !== 'object' || value === null || length === LONGEST_PATH) return [];
  const inner = Object.entries(value).find(([, member]) => flawOfJson(member) !== undefined);
  return inner ? [inner[0], ...pathOfFlaw(inner[1], length + 1)] : [];
}

/**
 * What a schema has found wrong: the places, and what should be there.
 * @param whole what the schema describes
 */
export function explainIssues(issues: readonly core.$ZodIssue[], whole = 'The body'): string {
  return issues
    .slice(0, MOST_ISSUES)
    .map((issue) => `${placeOf(issue.path, whole)} ${explain(issue)}.`)
    .join(' ');
}

function explain(issue: core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${TYPES[issue.expected] ?? `a ${issue.expected}`}`;
    case 'unrecognized_keys':
      return `has members that are not known here: ${issue.keys.slice(0, MOST_ISSUES).map(nameOf).join(', ')}`;
    case 'invalid_key':
      return 'has a name that may not be used';
    case 'custom':
      return issue.message;
    case 'too_big':
      return `must have or be ${issue.maximum} at most`;
    case 'too_small':
      return `must have or be ${issue.minimum} at least`;
    case 'invalid_value':
      return `must be ${issue.values.map(String).join(' or ')}`;
    case 'invalid_format':
    case 'invalid_union':
    case 'invalid_element':
    case 'not_multiple_of':
      return 'does not have the right form';
    default:
      return issue satisfies never;
  }
}

const TYPES: Readonly<Record<string, string>> = { object: 'an object', record: 'an object', array: 'a list' };

function placeOf(path: Path, whole = 'The body'): string {
  return path.length === 0 ? whole : path.map((part) => nameOf(String(part))).join('.');
}

function nameOf(name: string): string {
  return PLAIN_NAME.test(name) ? name : '(unprintable)';
}
