import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { parseRunRequest } from '../../../functions/reconciler/run-request.ts';
import { Context } from '../../../infra/stacks/context.ts';
import { readSettings } from '../../../infra/stacks/settings.ts';
import { elsewhere, ELSEWHERE, isToRun } from '../../support/docs/elsewhere.ts';
import { expectedOf } from '../../support/docs/expected.ts';
import { optionsOf, parseFor } from '../../support/docs/options.ts';
import { find, pages, read } from '../../support/docs/pages.ts';
import { toldBy, variablesOf } from '../../support/docs/told.ts';

const ROOT = join(import.meta.dirname, '../../..');
const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
const all = pages().map(({ path, text }) => ({ path, told: toldBy(text) }));

/** Settings of tests are read by one. */
const SOURCES = find('{test,scripts}/**/*.ts').map((path) => read(path));

/** What is wrong with a command, as far as can be told without running it; undefined if nothing is. */
function problemOf(command: string): string | undefined {
  const variables = command.includes('$(') ? undefined : variablesOf(command);
  if (variables !== undefined) return problemOfVariables(variables);
  try {
    if (command.startsWith('npm run ')) parse(command);
    if (isToRun(command)) expectedOf(command);
  } catch (error) {
    return `${command}: ${String(error)}`;
  }
  return /(?:^| )npx vitest run /.test(command) ? problemOfTests(command) : undefined;
}

function problemOfVariables(names: readonly string[]): string | undefined {
  const unread = names.filter((name) => !SOURCES.some((source) => source.includes(`'${name}'`)));
  return unread.length === 0 ? undefined : `no test reads ${unread.join(', ')}`;
}

/** By the parser of its script, whether it is run or not. */
function parse(command: string): void {
  const [name = '', rest = ''] = command.replace(/^npm (?:run )?/, '').split(/ -- (.*)/);
  const script = /node (scripts\/[\w-]+\.ts)/.exec(scripts[name] ?? '')?.[1];
  if (scripts[name] === undefined) throw new Error(`package.json has no script ${name}`);
  if (rest !== '' && script === undefined) throw new Error(`${name} takes no options`);
  if (rest !== '' && script !== undefined) parseFor(script, rest.split(' '));
}

/** Long tests have a configuration of their own, without which they are not found. */
function problemOfTests(command: string): string | undefined {
  const [, words = ''] = command.split('npx vitest run ');
  const paths = words.split(' ').filter((word) => word.startsWith('test/') && !word.endsWith('.config.ts'));
  const missing = paths.filter((path) => !existsSync(join(ROOT, path)));
  if (paths.length === 0 || missing.length > 0) return `${command}: there is no ${missing.join(', ')}`;
  const needed = paths.some((path) => path.startsWith('test/long/'));
  return needed === words.includes('--config test/long/vitest.config.ts') ? undefined : `${command}: finds no test`;
}

const routes = Object.entries(
  (JSON.parse(read('docs/openapi.json')) as { readonly paths: Readonly<Record<string, object>> }).paths,
).flatMap(([path, operations]) => Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`));

/** Those of the local cloud itself are sent by test/e2e/documentation.test.ts, all others by test/e2e/openapi.test.ts. */
const isKnown = (request: string): boolean => request.includes(' /__local') || routes.includes(request.split('?')[0]!);

/** Whether the app of this repository knows a setting, and takes the value. */
function isTaken(setting: string): boolean {
  const [name = '', value] = setting.split(/=(.*)/s);
  const needed = { issuer: 'https://clerk.example.com', authorizedParties: 'https://app.example.com' };
  const { node } = new App({ context: { ...needed, [name]: value } });
  try {
    return readSettings(new Context(node)).unknown.length === 0;
  } catch {
    return false;
  }
}

describe('What the documentation tells one to type', () => {
  it.each(all)('has nothing wrong in it that can be seen before it is run: $path', ({ told }) => {
    expect(told.commands.map((command) => problemOf(command)).filter((problem) => problem !== undefined)).toEqual([]);
  });

  it('is run by test/e2e/documentation.test.ts, but for what the table of others has', () => {
    const told = all.flatMap(({ told: { commands } }) => commands);
    const used = new Set(told.map((command) => elsewhere(command)));
    expect(Object.keys(ELSEWHERE).filter((start) => !used.has(start))).toEqual([]);
  });

  it('is run or shown elsewhere, as the table says', () => {
    const shown = Object.values(ELSEWHERE).flatMap(({ shownBy }) => (shownBy === undefined ? [] : [shownBy]));
    expect(shown.length).toBeGreaterThan(15);
    expect(shown.filter(([file, words]) => !read(file).includes(words))).toEqual([]);
  });

  it.each(all)('asks for routes that there are: $path', ({ told }) => {
    expect(told.requests.filter((request) => !isKnown(request))).toEqual([]);
  });

  it.each(all)('has settings that a deployment takes: $path', ({ told }) => {
    const settings = told.settings.filter((setting) => !/VALUE|…/.test(setting));
    expect(settings.filter((setting) => !isTaken(setting))).toEqual([]);
  });

  const known = find('scripts/*.ts').flatMap((script) => optionsOf(script).map((option) => `--${option}`));
  it.each(all)('has options that a script takes: $path', ({ told }) => {
    expect(told.options.filter((option) => !known.includes(option))).toEqual([]);
  });

  it('has in each row of the README that begins with a command options of that one', () => {
    const rows = [...read('README.md').matchAll(/^\| `(npm (?:run )?[\w:-]+)` +\| (.*)$/gm)];
    const told = rows.flatMap(([, command = '', text = '']) =>
      [...text.matchAll(/`(?:-- )?([^`]*)`/g)]
        .filter(([span, words = '']) => span.startsWith('`-- ') || words.startsWith('--'))
        .map(([, words = '']) => `${command} -- ${words}`),
    );
    expect(told.length).toBeGreaterThan(20);
    for (const command of told) expect(() => parse(command)).not.toThrow();
  });

  it('sends events that the reconciler knows', () => {
    const told = all.flatMap(({ told: { events } }) => events);
    const events = told.map((event) => event.replace('user_…', 'user_1').replace('<held run>', 'run_1'));
    expect(events.length).toBeGreaterThan(4);
    for (const event of events) expect(() => parseRunRequest(JSON.parse(event))).not.toThrow();
  });
});

describe('Figures of the comparison', () => {
  it('are those of the bench', () => {
    const rows = read('docs/bench.md').split('\n');
    const quoted = [...read('docs/comparison.md').matchAll(/`([\w.-]+\/[\w-]+)` (\d\.\d+)/g)];
    expect(quoted.length).toBeGreaterThan(5);
    const isThere = (name = '', figure = ''): boolean =>
      rows.some((row) => row.includes(`\`${name}\``) && row.split(/[ ;|]+/).includes(figure));
    expect(quoted.filter(([, name, figure]) => !isThere(name, figure)).map(([text]) => text)).toEqual([]);
  });
});

describe('What the FAQ promises', () => {
  it('is fifteen answers, each with a complaint that one can read and a test that shows it', () => {
    const answers = read('docs/faq.md')
      .split(/^## (?=\d)/m)
      .slice(1);
    expect(answers.map((answer) => Number.parseInt(answer, 10))).toEqual(Array.from({ length: 15 }, (_, at) => at + 1));
    expect(
      answers.filter((answer) => !/\n_[^\n]*\n?[^_]*\]\(https:/.test(answer) || !answer.includes('](../test/')),
    ).toEqual([]);
  });
});

describe('A page to which something is added', () => {
  it.each(['roster=true', 'stage=staging'])('that a deployment takes passes: %s', (setting) => {
    expect(isTaken(setting)).toBe(true);
  });

  it.each(['rooster=true', 'stage=prod', 'clerkShare=much'])('that no deployment takes fails: %s', (setting) => {
    expect(isTaken(setting)).toBe(false);
  });

  it.each([
    'npm run nothing',
    'npm run doctor -- --stak NAME',
    'npm run sync -- --since',
    'npm run deploy -- -x',
    'npm run check -- --fast',
    'aws s3 ls',
    'curl -sS "$API/nowhere"',
    'curl -sS -X DELETE "$API/users/me"',
    'npx vitest run test/nowhere.test.ts',
    'npx vitest run test/long/bench-cost.test.ts',
    'NOBODY_READS_THIS=1',
  ])('that does not work fails: %s', (command) => {
    expect(problemOf(command)).toEqual(expect.any(String));
  });
});
