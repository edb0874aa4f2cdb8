import * as fc from 'fast-check';
import { hostileText } from './hostile.ts';

const address = fc.nat(99_999).map((n) => `person${n}@example.com`);
const cell = fc.oneof(
  hostileText,
  address,
  fc.constantFrom('ada@example.com', 'grace@example.com', 'founders', '"', '"a,b"', '"a\nb"', '""', "'"),
);
const line = fc.array(cell, { maxLength: 5 }).map((cells) => cells.join(','));
/** Files of people as a spreadsheet writes them, and as it does not. */
export const peopleFiles: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .array(
        fc.tuple(
          address,
          fc.constantFrom('', 'founders', '"a, b"'),
          hostileText.map((text) => `"${text.replaceAll('"', '""')}"`),
        ),
        { maxLength: 6 },
      )
      .map((rows) => ['email,cohort,note', ...rows.map((row) => row.join(','))].join('\r\n')),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          'email',
          'email,cohort',
          'cohort,email,seat',
          'email,email',
          '\uFEFFemail,__proto__',
          'email,constructor',
        ),
        fc.array(line, { maxLength: 8 }),
        fc.constantFrom('\n', '\r\n', '\r'),
      )
      .map(([header, lines, end]) => [header, ...lines].join(end)),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(line, fc.array(line, { maxLength: 5 })).map(([header, lines]) => [header, ...lines].join('\n')),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      `email\n${'a@example.com\n'.repeat(5_001)}`,
      `email,x\n"${'a'.repeat(900_000)}`,
      ','.repeat(100_000),
      `email${',c'.repeat(20_000)}`,
    ),
  },
);
