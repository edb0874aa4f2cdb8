import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { CONTROLS } from '../../../infra/local/cloud/control/routes.ts';
import { Context } from '../../../infra/stacks/context.ts';
import { readSettings } from '../../../infra/stacks/settings.ts';
import { optionsOf, parseFor } from '../../support/docs/options.ts';
import { blocksOf, find, pages, read, withoutProse } from '../../support/docs/pages.ts';
import type { Page } from '../../support/docs/pages.ts';
import type { Told } from '../../support/runbook-commands.ts';
import { toldBy } from '../../support/runbook-commands.ts';

const ROOT = join(import.meta.dirname, '../../..');
const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };

/** Decisions tell what was found, not what to type. The runbook's commands are run, each as it stands: test/e2e/runbook.test.ts. */
const typed = pages().filter(({ path }) => !path.startsWith('docs/adr/') && path !== 'docs/runbook.md');

/** What a page tells one to type. Comments and lines that go on are put right first. */
function told(page: Page): Told {
  const text = withoutProse(page).replaceAll(/\\\n\s*/g, '');
  return toldBy(text.replaceAll(/^((?:npm|npx) .*?)\s+#.*$/gm, '$1'));
}

/** By command, the file that shows it and what must stand there. What has no such file says why. */
const PROVEN: Readonly<Record<string, readonly [file: string, words: string] | string>> = {
  'npm ci': ['.ci/run', 'npm ci'],
  'npm test': ['.ci/run', 'npm test'],
  'npm start': ['test/e2e/start.test.ts', 'scripts/start.ts'],
  'npx cdk synth': ['test/infra/synth.test.ts', 'synth'],
  'npm pack': ['test/support/package/shop.ts', 'pack'],
  'npm install ./that.tgz': ['test/support/package/shop.ts', 'install'],
  'npx cdk bootstrap': "the CDK's own, before the first deployment into an account: there is none here",
  'npm publish': 'told as what refuses: package.json is private',
  'npm audit': ['scripts/audit.ts', 'audit'],
  'npm ls --omit=dev': 'told as what shows nothing',
  'npm publish --provenance': 'told as what somebody who publishes does: nobody does yet',
  'npm audit signatures': 'told as what the registry has to answer',
  'npm install': ['test/support/package/shop.ts', 'install'],
  'git log': "git's own",
  'cdk deploy': ['scripts/deploy/deploy.ts', 'deploy'],
  'cdk destroy': ['scripts/deploy/destroy.ts', 'destroy'],
};

/** Blocks for the shell that test/unit/docs/snippets.test.ts runs as they stand there. */
const RUN = pages()
  .flatMap((page) => blocksOf(page))
  .filter(({ content }) => /^(key|API)=/.test(content))
  .flatMap(({ content }) => content.trim().split('\n'));

/** Settings of tests are read by one. */
const SOURCES = find('{test,scripts}/**/*.ts').map((path) => read(path));

/** What is wrong with a command; undefined if nothing is. */
function problemOf(command: string): string | undefined {
  const parts = command.split(' && ');
  if (parts.length > 1) return parts.map((part) => problemOf(part)).find((problem) => problem !== undefined);
  // The name of a package, or of a program that is spoken of.
  if (/^\w+$/.test(command) || RUN.includes(command)) return undefined;
  if (/^[A-Z_]+=\S*(?: [A-Z_]+=\S*)*$/.test(command)) return problemOfVariables(command);
  if (command.startsWith('curl ')) return problemOfCall(command);
  if (command.startsWith('npm run ') || command.startsWith('npm start ')) return problemOfScript(command);
  if (/(?:^| )npx vitest run /.test(command)) return problemOfTests(command);
  const proof = PROVEN[command];
  if (proof === undefined) return `${command}: nothing shows that it works. Say in PROVEN what does.`;
  if (typeof proof === 'string') return undefined;
  return existsSync(join(ROOT, proof[0])) && read(proof[0]).includes(proof[1])
    ? undefined
    : `${proof[0]} does not show ${command}`;
}

function problemOfVariables(command: string): string | undefined {
  const names = command.split(' ').map((word) => word.replace(/=.*$/, ''));
  const unread = names.filter((name) => !SOURCES.some((source) => source.includes(`'${name}'`)));
  return unread.length === 0 ? undefined : `${command}: no test reads ${unread.join(', ')}`;
}

function problemOfScript(command: string): string | undefined {
  const [name = '', rest = ''] = command.replace(/^npm (?:run )?/, '').split(/ -- (.*)/);
  const script = /node (scripts\/[\w-]+\.ts)/.exec(scripts[name] ?? '')?.[1];
  if (scripts[name] === undefined) return `${command}: package.json has no script ${name}`;
  if (rest === '') return undefined;
  if (script === undefined) return `${command}: ${name} takes no options`;
  try {
    parseFor(script, rest.split(' '));
    return undefined;
  } catch (error) {
    return `${command}: ${String(error)}`;
  }
}

function problemOfTests(command: string): string | undefined {
  const files =
    command
      .split(' npx ')
      .at(-1)
      ?.split(' ')
      .filter((word) => word.startsWith('test/')) ?? [];
  const missing = files.filter((file) => !existsSync(join(ROOT, file)));
  return files.length > 0 && missing.length === 0 ? undefined : `${command}: there is no ${missing.join(', ')}`;
}

const routes = Object.entries(
  (JSON.parse(read('docs/openapi.json')) as { readonly paths: Readonly<Record<string, object>> }).paths,
).flatMap(([path, operations]) => Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`));
const standIn = find('infra/local/clerk/control/*.ts').flatMap((file) =>
  [...read(file).matchAll(/method: '(\w+)',\s+pattern: '([^']+)'/g)].map(([, method, path]) => `${method} ${path}`),
);
const known = [...routes, ...CONTROLS, ...standIn].map(shapeOf);

/** `GET /admin/users/{}`: without query, body and the names of what is filled in. */
function shapeOf(request: string): string {
  const [method = '', path = ''] = request.split(/[ ?]/);
  return `${method} ${path.replaceAll(/\{\w+\}|:\w+|\$\w+|[\w.-]+@[\w.-]+|<[^>]+>/g, '{}')}`;
}

/** Clerk's own routes are told of where we call them. */
const isKnown = (request: string): boolean =>
  request.includes(' /v1/') || request.includes('/2025-12-01/') || known.includes(shapeOf(request));

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

function problemOfCall(command: string): string | undefined {
  const [, path = ''] = /"\$\{?(?:API|CLERK)\}?(\/[^"]*)"/.exec(command) ?? [];
  const request = `${/-X (\w+)/.exec(command)?.[1] ?? 'GET'} ${path}`;
  return isKnown(request) ? undefined : `${command}: there is no ${shapeOf(request)}`;
}

describe('What the documentation tells one to type', () => {
  it.each(typed)('works, or would: $path', (page) => {
    const { commands, others } = told(page);
    expect(
      [...commands, ...others].map((command) => problemOf(command)).filter((problem) => problem !== undefined),
    ).toEqual([]);
  });

  it('is much', () => {
    const all = new Set(typed.flatMap((page) => [...told(page).commands, ...told(page).others]));
    expect(all.size).toBeGreaterThan(60);
  });

  it.each(typed)('asks for routes that there are: $path', (page) => {
    expect(told(page).requests.filter((request) => !isKnown(request))).toEqual([]);
  });

  it.each(typed)('has settings that a deployment takes: $path', (page) => {
    const settings = told(page).settings.filter((setting) => !/VALUE|…/.test(setting));
    expect(settings.filter((setting) => !isTaken(setting))).toEqual([]);
  });

  it.each(typed)('has options that a script takes: $path', (page) => {
    const all = find('scripts/*.ts').flatMap((script) => optionsOf(script).map((option) => `--${option}`));
    expect(told(page).options.filter((option) => !all.includes(option) && !NOT_OURS.includes(option))).toEqual([]);
  });
});

/** Options of Node and others that pages speak of. */
const NOT_OURS: readonly string[] = [];

describe('What the README shows of the demo', () => {
  it('is what the demo prints', () => {
    const steps = read('scripts/demo/steps.ts');
    const shown = [...read('README.md').matchAll(/^✓ (.*)$/gm)].map(([, name = '']) => name);
    expect(shown.length).toBeGreaterThan(5);
    expect(shown.filter((name) => !steps.includes(`name: '${name}'`))).toEqual([]);
    expect(read('scripts/demo.ts')).toContain('Clerk and the table agree.');
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
    'NOBODY_READS_THIS=1',
    'npm ci && npm run nothing',
  ])('that does not work fails: %s', (command) => {
    const { commands, others } = told({ path: 'x.md', text: `\`\`\`sh\n${command}\n\`\`\`\n` });
    expect([...commands, ...others].map((each) => problemOf(each))).toEqual([expect.any(String)]);
  });
});
