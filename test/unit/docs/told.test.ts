import { describe, expect, it } from 'vitest';
import { expectedOf } from '../../support/docs/expected.ts';
import { commandsToRun, isToRun } from '../../support/docs/elsewhere.ts';
import { toldBy } from '../../support/docs/told.ts';

describe('what a page tells one to type', () => {
  it.each([
    ['a command', 'Do `aws s3 ls`.', ['aws s3 ls']],
    ['one that is broken over two lines', 'Do `aws s3\n  ls`.', ['aws s3 ls']],
    ['a block', '```\ncurl https://example.com\n```\n', ['curl https://example.com']],
    ['a block for the shell, each line of it', '```sh\nterraform plan\nmake\n```\n', ['terraform plan', 'make']],
    ['a block in a list', '1. Do\n\n   ```sh\n   jq . file\n   ```\n', ['jq . file']],
    ['a line that goes on', '```sh\ncurl a \\\n  b\n```\n', ['curl a b']],
    ['comments, which are none', "```sh\nnpm ci  # that's it\n# and\n```\n", ['npm ci']],
    ['two in one', '`npm ci && npm start`', ['npm ci', 'npm start']],
    ['a script without its name', 'Do `npm run`.', ['npm run']],
    ['a command behind another', '```sh\nnpm run sync | tee log\n```\n', ['npm run sync | tee log']],
    ['one twice', '`npm ci`, and `npm ci`', ['npm ci']],
    ['the name of a program', '`node`, and code:\n\n```ts\nnode();\n```\n', []],
  ])('is found: %s', (_, text, commands) => {
    expect(toldBy(text).commands).toEqual(commands);
  });

  it('may be a request, an event, a setting or an option', () => {
    const text = '`GET /users/me`, `{ "mode": "full" }`, `-c stage=staging`, `--force`';
    expect(toldBy(text)).toEqual({
      commands: [],
      requests: ['GET /users/me'],
      events: ['{ "mode": "full" }'],
      settings: ['stage=staging'],
      options: ['--force'],
    });
  });
});

describe('a command that is added to a page', () => {
  it.each(['terraform plan', 'npm run nothing', 'npm run', 'curl -sS "$API/nowhere"', 'NAME=$(date)'])(
    'is run, and fails as long as nobody says what it prints: %s',
    (command) => {
      expect(isToRun(command)).toBe(true);
      expect(() => expectedOf(command)).toThrow(command);
    },
  );

  it.each(['npm run deploy -- --yes', 'npm start', 'SHOW_COSTS=1 npx vitest run test/x.test.ts', 'FC_SEED='])(
    'is not run where the table of others says so, or it does nothing: %s',
    (command) => expect(isToRun(command)).toBe(false),
  );

  it('is run once, whatever the stack is called and in which order the options stand', () => {
    const commands = commandsToRun();
    expect(commands.length).toBeGreaterThan(50);
    const forced = commands.filter((command) => /sync (?!.*(dry-run|json)).*--force/.test(command));
    expect(forced).toEqual(['npm run sync -- --force --stack STACK']);
  });
});
