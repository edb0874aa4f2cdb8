import { randomInt } from 'node:crypto';
import { asNumber, asText, isTrue } from '../json.ts';
import type { JsonRecord } from '../json.ts';

const KINDS = [
  ['ExcludeLowercase', 'abcdefghijklmnopqrstuvwxyz'],
  ['ExcludeUppercase', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
  ['ExcludeNumbers', '0123456789'],
  ['ExcludePunctuation', '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'],
] as const;
const DEFAULT_LENGTH = 32;

/**
 * Generates a secret's value by a template's `GenerateSecretString`: a password, alone or under a key of a JSON text.
 * @throws When the settings leave no character to choose from, or the JSON text is none.
 */
export function generateSecretString(settings: JsonRecord): string {
  const password = generatePassword(settings);
  const template = asText(settings['SecretStringTemplate']);
  const key = asText(settings['GenerateStringKey']);
  if (template === undefined || key === undefined) return password;
  const values: unknown = JSON.parse(template);
  return JSON.stringify({ ...(typeof values === 'object' ? values : {}), [key]: password });
}

function generatePassword(settings: JsonRecord): string {
  const excluded = asText(settings['ExcludeCharacters']) ?? '';
  const space = isTrue(settings['IncludeSpace']) ? [' '] : [];
  const kinds = KINDS.filter(([setting]) => !isTrue(settings[setting]))
    .map(([, characters]) => characters.split('').filter((character) => !excluded.includes(character)))
    .filter((characters) => characters.length > 0);
  const all = [...kinds.flat(), ...space];
  if (all.length === 0) throw new Error('GenerateSecretString excludes every character: leave some.');
  const length = asNumber(settings['PasswordLength']) ?? DEFAULT_LENGTH;
  // One of each kind, as Secrets Manager does unless told otherwise; then any; then in any order.
  const required = settings['RequireEachIncludedType'] === false ? [] : kinds.map(pick);
  const rest = Array.from({ length: Math.max(0, length - required.length) }, () => pick(all));
  return shuffled([...required, ...rest])
    .slice(0, length)
    .join('');
}

function pick(characters: readonly string[]): string {
  return characters[randomInt(characters.length)] ?? '';
}

function shuffled(characters: readonly string[]): string[] {
  const order = characters.map((character) => ({ character, rank: randomInt(2 ** 32) }));
  return order.toSorted((left, right) => left.rank - right.rank).map((item) => item.character);
}
