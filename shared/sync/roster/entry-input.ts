import type { JsonObject } from '../../domain/json.ts';
import { isCohort } from '../../domain/roster.ts';
import { normaliseName } from '../../domain/user.ts';

/** An entry as somebody enters it. */
export interface EntryInput {
  readonly email: string;
  readonly attributes?: JsonObject;
  /** Without it an entry keeps its cohort; one that has none gets it when a user is linked. */
  readonly cohort?: string;
}

/** What an entry's attributes may have, as JSON text, bytes of UTF-8: an import of thousands must stay readable. */
const MOST_ATTRIBUTE_BYTES = 16_384;

/** Levels of maps and lists; DynamoDB keeps 32, and these are inside one. */
const DEEPEST_LEVEL = 16;

const LONGEST_EMAIL_BYTES = 254;

/** @returns what is wrong, one sentence for each member, without a value; none for an entry that can be stored */
export function problemsOfEntry({ email, attributes = {}, cohort }: EntryInput): readonly string[] {
  return [
    ...(isEmail(normaliseName(email))
      ? []
      : [`email must be one address such as ada@example.com, of at most ${LONGEST_EMAIL_BYTES} bytes.`]),
    ...(cohort === undefined || isCohort(cohort)
      ? []
      : ['cohort must be a text of 1 to 256 characters; or leave it out.']),
    ...problemsOfAttributes(attributes),
  ];
}

function isEmail(email: string): boolean {
  return /^[^\s@#]+@[^\s@#]+$/.test(email) && email.isWellFormed() && Buffer.byteLength(email) <= LONGEST_EMAIL_BYTES;
}

function problemsOfAttributes(attributes: JsonObject): string[] {
  const isLarge = Buffer.byteLength(JSON.stringify(attributes)) > MOST_ATTRIBUTE_BYTES;
  return [
    ...(isLarge ? [`attributes must have at most ${MOST_ATTRIBUTE_BYTES} bytes as JSON.`] : []),
    ...(isKept(attributes, 1)
      ? []
      : [
          `attributes must be nested at most ${DEEPEST_LEVEL} levels deep, with names that are neither empty nor __proto__, whole ` +
            'Unicode texts, and integers that JSON readers keep exactly.',
        ]),
  ];
}

/** Narrower than what DynamoDB keeps, so that no entry is refused after it was accepted. */
function isKept(value: unknown, level: number): boolean {
  if (level > DEEPEST_LEVEL) return false;
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value === 'number') return isPlainNumber(value);
  if (typeof value === 'boolean' || value === null) return true;
  if (Array.isArray(value)) return value.every((element) => isKept(element, level + 1));
  if (typeof value !== 'object') return false;
  return Object.entries(value).every(([name, inner]) => isName(name) && isKept(inner, level + 1));
}

function isName(name: string): boolean {
  return name !== '' && name !== '__proto__' && name.isWellFormed();
}

function isPlainNumber(value: number): boolean {
  if (Number.isInteger(value)) return Number.isSafeInteger(value);
  return Number.isFinite(value) && Math.abs(value) > 1e-100;
}
