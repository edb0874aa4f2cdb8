import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCommand } from '../../../scripts/deploy/command.ts';
import type { Choices, Tools } from '../../../scripts/deploy/ports.ts';

/** Home of somebody with a profile that deploys, and another one in her environment. */
let directory: string;
/** What AWS was asked: the action, by whose key and in which region, as the signature says. */
let asked: string[];
let status: number;
const server = createServer((request, response) => void answer(request, response));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const action = new URLSearchParams(await text(request)).get('Action') ?? '';
  const [, key = '', region = ''] = /Credential=(\w+)\/\d+\/([\w-]+)\//.exec(request.headers.authorization ?? '') ?? [];
  asked.push(`${action} ${key} ${region}`);
  const failure = '<ErrorResponse><Error><Code>ExpiredToken</Code><Message>No.</Message></Error></ErrorResponse>';
  const identity = '<GetCallerIdentityResult><Account>111122223333</Account></GetCallerIdentityResult>';
  const stacks =
    '<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>mine</StackName><Outputs><member>' +
    '<OutputKey>ApiUrl</OutputKey><OutputValue>https://api.example.com</OutputValue></member></Outputs></member></Stacks>' +
    '</DescribeStacksResult></DescribeStacksResponse>';
  const body = action === 'GetCallerIdentity' ? identity : stacks;
  response.writeHead(status, { 'content-type': 'text/xml' }).end(status === 200 ? body : failure);
}

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  [asked, status] = [[], 200];
  const { port } = server.address() as AddressInfo;
  directory = mkdtempSync(join(tmpdir(), 'deploy-command-'));
  mkdirSync(join(directory, 'app'));
  writeFileSync(
    join(directory, 'config'),
    '[profile work]\nregion = eu-central-1\n[profile other]\nregion = us-west-2\n',
  );
  const keys = (key: string): string => `aws_access_key_id = ${key}\naws_secret_access_key = secret\n`;
  writeFileSync(join(directory, 'credentials'), `[work]\n${keys('WORK')}[other]\n${keys('OTHER')}`);
  const environment = {
    HOME: directory,
    AWS_CONFIG_FILE: join(directory, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(directory, 'credentials'),
    AWS_PROFILE: 'other',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  for (const name of [
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_REGION',
    'AWS_DEFAULT_REGION',
    'CDK_PROFILE',
  ]) {
    vi.stubEnv(name, undefined);
  }
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  process.exitCode = undefined;
  rmSync(directory, { recursive: true, force: true });
});

/** What is said on the way, and the exit code. */
async function run(
  args: readonly string[],
  command: (tools: Tools, choices: Choices) => Promise<number>,
): Promise<{ code: unknown; said: string }> {
  const said: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void said.push(line));
  vi.spyOn(console, 'error').mockImplementation((line: string) => void said.push(line));
  vi.spyOn(process, 'argv', 'get').mockReturnValue(['node', 'deploy', ...args]);
  await runCommand('deploy', command);
  return { code: process.exitCode, said: said.join('\n') };
}

describe('the tools of a deployment', () => {
  it('look where they act: one account, one region and one profile, which is said before anything is done', async () => {
    const { code, said } = await run(['--profile', 'work', '--stage', 'staging'], async ({ account }, choices) => {
      expect(choices).toMatchObject({ profile: 'work', context: ['stage=staging'], yes: false });
      expect(await account.outputs('mine')).toEqual({ ApiUrl: 'https://api.example.com' });
      return 7;
    });
    expect(said).toBe('\nIn account 111122223333, region eu-central-1, by the profile work.');
    expect(asked).toEqual(['GetCallerIdentity WORK eu-central-1', 'DescribeStacks WORK eu-central-1']);
    expect(code).toBe(7);
  });

  it('are of the profile of the environment where none is chosen, also for the tool of the CDK', async () => {
    const seen = join(directory, 'seen.json');
    const app = join(directory, 'app.mjs');
    const names = '[process.env.AWS_PROFILE, process.env.AWS_REGION, process.env.CDK_DEFAULT_REGION]';
    const write = `writeFileSync(${JSON.stringify(seen)}, JSON.stringify(${names}))`;
    writeFileSync(app, `import { writeFileSync } from 'node:fs';\n${write};\nprocess.exit(3);\n`);
    const { code } = await run([], ({ cdk }, { assembly, profile }) => {
      expect(profile).toBe('other');
      return cdk.run(['synth', '--quiet', '--output', assembly, '--app', `${process.execPath} ${app}`]);
    });
    expect(JSON.parse(readFileSync(seen, 'utf8'))).toEqual(['other', 'us-west-2', 'us-west-2']);
    expect(code).toBe(1);
  });

  it('are not given out where AWS does not say whose the credentials are', async () => {
    status = 403;
    const command = vi.fn<(tools: Tools, choices: Choices) => Promise<number>>();
    const { code, said } = await run(['--profile', 'work'], command);
    expect(code).toBe(1);
    expect(said).toContain('AWS does not accept these credentials');
    expect(command).not.toHaveBeenCalled();
  });
});
