import { describe, expect, it } from 'vitest';
import { MEASUREMENTS } from '../../bench/measurements/index.ts';
import { benchOptions, OptionInvalid } from '../../bench/options.ts';
import type { BenchArguments } from '../../bench/options.ts';
import { pages } from '../../support/docs/pages.ts';
import { toldBy } from '../../support/docs/told.ts';

const chosen = (given: BenchArguments): string[] =>
  benchOptions(given, MEASUREMENTS).measurements.map(({ name }) => name);

const told = new Set(pages().flatMap(({ text }) => toldBy(text).commands));
const documented = [...told].filter((command) => command.startsWith('npm run bench -- '));

describe('the options of the bench', () => {
  it.each(documented)('can be used as pages have them: %s', (command) => {
    const [, only] = /--only '?([^' ]+)/.exec(command) ?? [];
    const [, rounds] = /--rounds (\S+)/.exec(command) ?? [];
    expect(() => benchOptions({ only, rounds }, MEASUREMENTS)).not.toThrow();
  });

  it('are everything in 20 rounds, if there are none', () => {
    expect(benchOptions({}, MEASUREMENTS)).toEqual({ rounds: 20, measurements: MEASUREMENTS });
  });

  it.each([
    ['cold', ['cold']],
    ['AUTHORIZER', ['bundle.authorizer', 'authorizer.repeated', 'authorizer.first']],
    ['^(cold|bundle)', ['bundle.authorizer', 'cold']],
    ['webhook', ['webhook', 'webhook.created', 'webhook.repeated']],
  ])('choose by a part of the name or a regular expression: --only %s', (only, names) => {
    expect(chosen({ only })).toEqual(names);
  });

  it.each(['0', '3', '1001', '2.5', '-4', 'many', ''])('refuse --rounds "%s" and say what to give', (rounds) => {
    expect(() => benchOptions({ rounds }, MEASUREMENTS)).toThrow(OptionInvalid);
    expect(() => benchOptions({ rounds }, MEASUREMENTS)).toThrow('whole number from 4 to 1000');
  });

  it('refuse a pattern that fits nothing and name what there is', () => {
    expect(() => chosen({ only: 'teapot' })).toThrow(/--only teapot fits no measurement.*"cold"/);
  });

  it('refuse a pattern that is no regular expression', () => {
    expect(() => chosen({ only: '(' })).toThrow('--only ( is no regular expression');
  });
});
