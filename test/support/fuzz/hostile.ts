import * as fc from 'fast-check';

/**
 * Stands in everything that a person may have sent: where it turns up in a log or a refusal, so would a secret. With a character
 * that no id has: those are told, once they have the form of one.
 */
export const CANARY = 'c4n4ry!5ecret';

/** A text that becomes a JSON text of its own, as it stands: what no value of JavaScript would be written as. */
const raw = (json: string): string => `<raw:${Buffer.from(json).toString('base64')}>`;

/** The JSON of a value, with the raw texts in it put in as they stand. */
export function hostileJson(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return text.replaceAll(/"<raw:([A-Za-z0-9+/=]*)>"/g, (_, json: string) => Buffer.from(json, 'base64').toString());
}

const ODD_TEXTS = [
  '',
  ' ',
  '\0',
  '\uD800',
  '\uDFFF tail',
  '\u202Ereversed',
  '\uFEFF',
  'e\u0301',
  '🦄'.repeat(40),
  'ß'.repeat(300),
  'a'.repeat(5_000),
  '__proto__',
  'constructor',
  'toString',
  'null',
  'NaN',
  '1e999',
  '../../etc/passwd',
  '%00%ff%',
  '%E0%A4%A',
  'x\r\nset-cookie: a=b',
  "';--",
  '=1+1',
  'user_',
  'user_one',
  'user_one#x',
  'email#ada@example.com',
  'ada@example.com',
  'ada@example.com@example.com',
  'ADA@EXAMPLE.COM ',
];

/** Any text, and those at which readers stumble; half of them with the canary. */
export const hostileText: fc.Arbitrary<string> = fc
  .tuple(
    fc.oneof(fc.constantFrom(...ODD_TEXTS), fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ maxLength: 40 })),
    fc.boolean(),
  )
  .map(([text, isMarked]) => (isMarked ? `${text}${CANARY}` : text));

const ODD_NUMBERS = [
  0,
  -0,
  -1,
  1,
  0.1,
  -0.5,
  5e-324,
  1e-7,
  1e15,
  1e16,
  1e21,
  1e308,
  -1e308,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  2 ** 53 + 2,
  -(2 ** 53),
  1_790_000_000,
  1_790_000_000_000,
  8.64e15,
  8.64e15 + 2,
  253_402_300_800_000,
];

const number: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(...ODD_NUMBERS),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc
    .constantFrom('1e999', '-1e999', '1e-999', '123456789012345678901234567890', '0.1234567890123456789012345')
    .map(raw),
);

const deep: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(10, 33, 100, 1_000, 20_000),
    fc.constantFrom(['[', ']'], ['{"a":', '}'], ['{"__proto__":[', ']}']),
  )
  .map(([depth, [open = '', close = '']]) => raw(`${open.repeat(depth)}1${close.repeat(depth)}`));

const wide: fc.Arbitrary<unknown> = fc.oneof(
  fc.constant(Array.from({ length: 3_000 }, (_, n) => n)),
  fc.constant(Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`k${n}`, null]))),
  fc.constant(Array.from({ length: 500 }, () => ({ id: 'idn_1', email_address: 'ada@example.com' }))),
);

const twice: fc.Arbitrary<string> = fc.constantFrom(
  raw('{"a":1,"a":2}'),
  raw('{"__proto__":{"polluted":true}}'),
  raw('{"constructor":{"prototype":{"polluted":true}}}'),
);

/** A value that no example has, of any type. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: hostileText },
  { weight: 4, arbitrary: number },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(null, true, false, [], {}, [[]], [null], { object: 'user' }) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: deep },
  { weight: 1, arbitrary: wide },
  { weight: 1, arbitrary: twice },
);

type Place = readonly (string | number)[];

/** Changes an example in one to three places: a value of another type, a member too many, one that is missing. */
export function distorted(example: unknown): fc.Arbitrary<unknown> {
  const places = placesOf(example);
  if (places.length === 0) return hostileValue;
  const change = fc.record({
    place: fc.constantFrom(...places),
    kind: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'add'),
    name: hostileText,
    value: hostileValue,
  });
  return fc
    .array(change, { minLength: 1, maxLength: 3 })
    .map((changes) => changes.reduce<unknown>((value, { place, ...how }) => changedAt(value, place, how), example));
}

function placesOf(value: unknown, at: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [[...at, name], ...placesOf(inner, [...at, name])]);
}

interface Change {
  readonly kind: string;
  readonly name: string;
  readonly value: unknown;
}

/** A copy; what an earlier change has taken away stays away. */
function changedAt(value: unknown, [first, ...rest]: Place, change: Change): unknown {
  if (first === undefined || typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([name, inner]): [string, unknown][] => {
    if (name !== String(first)) return [[name, inner]];
    if (rest.length > 0) return [[name, changedAt(inner, rest, change)]];
    if (change.kind === 'remove') return [];
    return change.kind === 'add'
      ? [
          [name, inner],
          [change.name, change.value],
        ]
      : [[name, change.value]];
  });
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}
