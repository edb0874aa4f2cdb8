import { describe, expect, it } from 'vitest';
import { MEASUREMENTS } from '../../bench/measurements/index.ts';
import { benchOptions, OptionInvalid } from '../../bench/options.ts';
import type { BenchArguments } from '../../bench/options.ts';

const chosen = (given: BenchArguments): string[] =>
  benchOptions(given, MEASUREMENTS).measurements.map(({ name }) => name);

describe('the options of the bench', () => {
  it('are everything in 20 rounds, if there are none', () => {
    expect(benchOptions({}, MEASUREMENTS)).toEqual({ rounds: 20, measurements: MEASUREMENTS });
  });

  it.each([
    ['cold', ['cold']],
    ['AUTHORIZER', ['bundle.authorizer', 'authorizer.repeated', 'authorizer.first']],
    ['^(cold|bundle)', ['bundle.authorizer', 'cold']],
  ])('choose by a part of the name or a regular expression: --only %s', (only, names) => {
    expect(chosen({ only })).toEqual(names);
  });

  it.each(['0', '3', '1001', '2.5', '-4', 'many', ''])('refuse --rounds "%s" and say what to give', (rounds) => {
    expect(() => benchOptions({ rounds }, MEASUREMENTS)).toThrow(OptionInvalid);
    expect(() => benchOptions({ rounds }, MEASUREMENTS)).toThrow('whole number from 4 to 1000');
  });

  it('refuse a pattern that fits nothing and name what there is', () => {
    expect(() => chosen({ only: 'webhook' })).toThrow(/--only webhook fits no measurement.*"cold"/);
  });

  it('refuse a pattern that is no regular expression', () => {
    expect(() => chosen({ only: '(' })).toThrow('--only ( is no regular expression');
  });
});
