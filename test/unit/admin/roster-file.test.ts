import { describe, expect, it } from 'vitest';
import { readRosterFile } from '../../../functions/admin/roster-file.ts';

const read = (text: string) => readRosterFile(text);

describe('A file of people', () => {
  it.each([
    ['email\nada@example.com', [{ email: 'ada@example.com', attributes: {} }]],
    ['\u{FEFF}email,cohort\r\nADA@Example.com , a\r\n', [{ email: 'ada@example.com', cohort: ' a', attributes: {} }]],
    ['cohort,email\n,ada@example.com\n\n', [{ email: 'ada@example.com', attributes: {} }]],
    ['email,note\nada@example.com,"a, ""b""\nc"\n', [{ email: 'ada@example.com', attributes: { note: 'a, "b"\nc' } }]],
    ['email,constructor\nada@example.com,x\n', [{ email: 'ada@example.com', attributes: { constructor: 'x' } }]],
    ['email\n', []],
  ])('is read: %j', (text, entries) => {
    expect(read(text)).toMatchObject({ status: 'read', entries, bad: [], badRows: 0 });
  });

  it.each([
    '',
    '\n\n',
    'mail\nada@example.com',
    'email,email\n',
    'email,\n',
    'email,__proto__\n',
    'email,1st\n',
    'email\n"a',
  ])('is none: %j', (text) => {
    expect(read(text)).toMatchObject({ status: 'unreadable', problem: expect.stringMatching(/\.$/) as string });
  });

  it('has bad rows, each by its line and column and without its value', () => {
    const text = [
      'email,cohort,note',
      'ada@example.com,a,b',
      'Salamander,a,b',
      `bob@example.com,${'c'.repeat(300)},b`,
      `cy@example.com,a,"${'x'.repeat(20_000)}"`,
      'dan@example.com,a',
      'ADA@example.com,a,b',
      ',,',
    ].join('\n');
    const file = read(text);
    expect(file).toMatchObject({
      status: 'read',
      entries: [{ email: 'ada@example.com' }],
      badRows: 6,
      bad: [
        { line: 3, column: 'email' },
        { line: 4, column: 'cohort' },
        { line: 5, column: null },
        { line: 6, column: null, problem: 'The row has 2 cells, and the header 3.' },
        { line: 7, column: 'email', problem: 'The address stands in line 2, too.' },
        { line: 8, column: 'email' },
      ],
    });
    expect(JSON.stringify(file)).not.toMatch(/Salamander|ccc|xxx|dan@/);
  });

  it('has 5,000 rows at most', () => {
    const rows = (count: number) => `email\n${Array.from({ length: count }, (_, n) => `p${n}@example.com`).join('\n')}`;
    expect(read(rows(5_000))).toMatchObject({ status: 'read', badRows: 0 });
    expect(read(rows(5_001))).toEqual({ status: 'too-many-rows' });
  });
});
