import { readFileSync, readdirSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { parseRunRequest } from '../../functions/reconciler/run-request.ts';
import { CONTROLS } from '../../infra/local/cloud/control/routes.ts';
import { Context } from '../../infra/stacks/context.ts';
import { readSettings } from '../../infra/stacks/settings.ts';
import { toldBy } from '../support/runbook-commands.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const runbook = read('docs/runbook.md');
const told = toldBy(runbook);
const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };

describe('what the runbook tells one to type', () => {
  it('is a script of ours: those are run by test/e2e/runbook.test.ts, each as it stands there', () => {
    expect(told.others).toEqual([]);
    expect(told.commands.length).toBeGreaterThan(20);
    const names = told.commands.map((command) => command.split(' ')[2] ?? '');
    expect(names.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it('has options that a script takes', () => {
    const usages = readdirSync(new URL('../../scripts', import.meta.url))
      .filter((name) => name.endsWith('.ts'))
      .map((name) => read(`scripts/${name}`))
      .join('');
    expect(told.options.length).toBeGreaterThan(4);
    expect(told.options.filter((option) => !usages.includes(option))).toEqual([]);
  });

  it('deploys with settings that there are, in a shape that they take', () => {
    const pairs = told.settings.map((setting): [string, string] => [
      setting.replace(/=.*$/s, ''),
      setting.replace(/^\w+=/, ''),
    ]);
    const context: Record<string, string> = Object.fromEntries(pairs);
    const settings = readSettings(new Context(new App({ context }).node));
    expect(settings).toMatchObject({ unknown: [], authorizedParties: ['https://app.example.com'], clerkShare: 0.2 });
  });

  it('asks for routes that there are', () => {
    const paths = (JSON.parse(read('docs/openapi.json')) as { readonly paths: Readonly<Record<string, object>> }).paths;
    const routes = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(told.requests.length).toBeGreaterThan(4);
    expect(told.requests.filter((request) => ![...routes, ...CONTROLS].includes(request))).toEqual([]);
  });

  it('sends events that the reconciler knows', () => {
    const events = told.events.map((event) => event.replace('user_…', 'user_1').replace('<held run>', 'run_1'));
    expect(events.length).toBeGreaterThan(4);
    for (const event of events) expect(() => parseRunRequest(JSON.parse(event))).not.toThrow();
  });
});

describe('a runbook to which something is added', () => {
  it.each([
    ['a command of AWS', 'Do `aws s3 ls`.', 'aws s3 ls'],
    ['one that is broken over two lines', 'Do `aws s3\n  ls`.', 'aws s3 ls'],
    ['a block', '```\ncurl https://example.com\n```\n', 'curl https://example.com'],
    ['a block in a list', '1. Do\n\n   ```sh\n   jq . file\n   ```\n', 'jq . file'],
    ['a script without its name', 'Do `npm run`.', 'npm run'],
    ['a command behind another', '```sh\nnpm run sync | tee log\n```\n', 'npm run sync | tee log'],
  ])('that nothing runs is not covered: %s', (_, addition, uncovered) => {
    expect(toldBy(`${runbook}\n${addition}`).others).toEqual([uncovered]);
  });

  it('that is a script of ours has one command more to run', () => {
    const more = toldBy(`${runbook}\n\`npm run demo -- --json\`\n\n\`\`\`sh\nnpm run bench\n\`\`\`\n`);
    expect(more.commands.filter((command) => !told.commands.includes(command))).toEqual([
      'npm run demo -- --json',
      'npm run bench',
    ]);
  });
});
