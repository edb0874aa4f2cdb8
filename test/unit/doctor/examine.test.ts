import { describe, expect, it } from 'vitest';
import { examine } from '../../../scripts/doctor/examine.ts';
import type { Check } from '../../../scripts/doctor/finding.ts';
import { failed, ok, skipped, warning } from '../../../scripts/doctor/finding.ts';
import type { Patient } from '../../../scripts/doctor/patient.ts';
import { report } from '../../../scripts/doctor/report.ts';
import { createSimulatedTime } from '../../../shared/adapters/memory/simulated-time.ts';
import { SecretInvalid } from '../../../shared/adapters/secrets/secret-error.ts';
import { textMatching, textWith } from '../../support/cloud/matchers.ts';

const time = createSimulatedTime(0);
const patient = { timers: time.timers } as Patient;

function check(name: string, examine: Check['examine']): Check {
  return { name, examine };
}

function failing(error: unknown): Check {
  return check('failing', () => {
    throw error;
  });
}

describe('checks', () => {
  it('are reported in their order, and only a failed one is not ok', async () => {
    const results = await examine(
      [
        check('a', () => ok('well')),
        check('b', () => warning('hm', 'look')),
        check('c', () => failed('broken', 'mend')),
        check('d', () => skipped('nobody knows')),
      ],
      patient,
    );
    expect(results).toEqual([
      { name: 'a', ok: true, status: 'ok', detail: 'well', fix: '' },
      { name: 'b', ok: true, status: 'warning', detail: 'hm', fix: 'look' },
      { name: 'c', ok: false, status: 'failed', detail: 'broken', fix: 'mend' },
      { name: 'd', ok: true, status: 'skipped', detail: 'not checked: nobody knows', fix: '' },
    ]);
    expect(report(results)).toBe(
      '✓ a  well\n! b  hm\n     → look\n✗ c  broken\n     → mend\n– d  not checked: nobody knows\n\n' +
        '4 checks: 1 well, 1 failed, 1 to look at, 1 not checked.',
    );
  });

  it('that hang are failed in time, and hold up no other', async () => {
    const examined = examine(
      [check('hanging', () => new Promise(() => undefined)), check('a', () => ok('well'))],
      patient,
    );
    await time.advance(20_000);
    expect(await examined).toMatchObject([
      { ok: false, detail: 'The time limit of 20000 ms has passed.', fix: textWith('network') },
      { ok: true },
    ]);
  });
});

describe('a check that throws is a failed check', () => {
  it.each([
    ['an error of ours', new SecretInvalid('The field secretKey is empty.'), 'The field secretKey is empty.', /Mend/],
    [
      'a refusal of AWS',
      Object.assign(new Error('not authorized to perform: cloudwatch:DescribeAlarms'), {
        name: 'AccessDeniedException',
        $metadata: {},
      }),
      'not authorized to perform: cloudwatch:DescribeAlarms',
      /permission that is named/,
    ],
    [
      'a parser that quotes a secret',
      new SyntaxError('"sk_live_abc" is no JSON'),
      'It failed with SyntaxError.',
      /Mend/,
    ],
    ['what is no error', 'sk_live_abc', 'It failed for a reason that has no name.', /Mend/],
  ])('%s', async (_what, error, detail, fix) => {
    const [result] = await examine([failing(error)], patient);
    expect(result).toMatchObject({ ok: false, status: 'failed', detail, fix: textMatching(fix) });
  });
});
