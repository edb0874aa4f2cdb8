import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { LocalStack } from '../../infra/local/local-stack.ts';
import { startLocalStack } from '../../infra/local/local-stack.ts';
import type { World } from '../../scripts/demo/world.ts';
import { createWorld } from '../../scripts/demo/world.ts';
import type { Ended } from '../support/e2e/run-script.ts';
import { runScript } from '../support/e2e/run-script.ts';

/** The stack's name, as `cdk deploy` would have it by default. */
const STACK = 'clerk-sync-production';

let directory: string;
let stack: LocalStack;
let world: World;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sync-deployed-'));
  stack = await startLocalStack({ assembly: inject('assembly') });
  world = createWorld(stack.file);
  await world.control('PUT', 'faults', { webhooks: { drop: 1 } });
});
afterAll(async () => {
  await stack?.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Nothing of the developer's own AWS set-up, and the local cloud in AWS's place. */
function environment(changes: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: directory,
    AWS_REGION: stack.cloud.region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: stack.cloud.servicesUrl,
    AWS_ENDPOINT_URL_DYNAMODB: stack.cloud.dynamodbUrl,
    ...changes,
  };
}

function run(script: string, args: readonly string[], env = environment()): Promise<Ended> {
  return runScript(script, args, { cwd: directory, env });
}

function without(...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(environment()).filter(([name]) => !names.includes(name)));
}

describe('npm run sync -- --stack NAME', () => {
  it('repairs a deployed stack, found by its name, with the configuration of its own reconciler', async () => {
    const users = Array.from({ length: 40 }, (_, n) => ({ email_address: [`deployed${n}@example.com`] }));
    expect((await world.control('POST', 'users/import', { users })).status).toBe(200);

    const dry = await run('sync-clerk-users', ['--stack', STACK, '--dry-run', '--json']);
    expect(dry).toMatchObject({ code: 2 });
    expect((await world.compare()).users.table).toBe(0);

    const repaired = await run('sync-clerk-users', ['--stack', STACK, '--json']);
    expect(repaired).toMatchObject({ code: 0 });
    expect(JSON.parse(repaired.stdout)).toMatchObject({ status: 'repaired', created: 40, storedUsers: 40 });
    expect((await world.compare()).mismatches).toEqual([]);
  });

  it('holds deletions, and says how to approve them there', async () => {
    const { data } = await world.clerk.users.getUserList({ limit: 30 });
    for (const { id } of data) await world.clerk.users.deleteUser(id);

    const held = await run('sync-clerk-users', ['--stack', STACK]);
    expect(held.code).toBe(3);
    const [, approval = ''] = /npm run sync -- (--approve-deletions .*)/.exec(held.stdout) ?? [];
    expect(approval).toMatch(new RegExp(` --stack ${STACK}$`));

    const approved = await run('sync-clerk-users', [...approval.split(' '), '--json']);
    expect(approved).toMatchObject({ code: 0 });
    expect((await world.compare()).mismatches).toEqual([]);
  });

  it.each([
    ['a stack that there is not', ['--stack', 'nobodys'], () => environment(), 'There is no stack nobodys'],
    ['no credentials', ['--stack', STACK], () => without('AWS_ACCESS_KEY_ID'), 'There are no AWS credentials here'],
    ['no region', ['--stack', STACK], () => without('AWS_REGION'), `Say in which region ${STACK} is`],
  ])('says what to do about %s', async (_what, args, env, told) => {
    const { code, stdout, stderr } = await run('sync-clerk-users', args, env());
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(told);
  });

  it.each([
    ['a permission that is missing', 403, 'AccessDenied', 'lack the permission cloudformation:DescribeStacks'],
    ['credentials that have run out', 403, 'ExpiredToken', 'AWS does not accept these credentials (ExpiredToken'],
  ])('says what to do about %s', async (_what, status, awsCode, told) => {
    const answer = `<ErrorResponse><Error><Code>${awsCode}</Code><Message>No.</Message></Error></ErrorResponse>`;
    const aws = await answering(status, answer);
    const { code, stderr } = await run(
      'sync-clerk-users',
      ['--stack', STACK],
      environment({ AWS_ENDPOINT_URL: aws.url }),
    );
    aws.server.close();
    expect(code).toBe(1);
    expect(stderr).toContain(told);
  });

  it('says which output a stack lacks that holds the construct and not its name', async () => {
    const stacks = '<Stacks><member><StackName>mine</StackName><Outputs/></member></Stacks>';
    const aws = await answering(
      200,
      `<DescribeStacksResponse><DescribeStacksResult>${stacks}</DescribeStacksResult></DescribeStacksResponse>`,
    );
    const { code, stderr } = await run(
      'sync-clerk-users',
      ['--stack', 'mine'],
      environment({ AWS_ENDPOINT_URL: aws.url }),
    );
    aws.server.close();
    expect(code).toBe(1);
    expect(stderr).toContain("new CfnOutput(this, 'ReconcilerName'");
  });
});

describe('npm run quarantine -- … --stack NAME', () => {
  it('lists what waits in a deployed stack', async () => {
    const listed = await run('quarantine', ['list', '--stack', STACK]);
    expect(listed).toMatchObject({ code: 0, stdout: 'Nothing is in quarantine.\n' });
  });
});

/** A server in AWS's place that gives one answer. */
async function answering(status: number, xml: string): Promise<{ url: string; server: Server }> {
  const server = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'text/xml' }).end(xml);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${portOf(server.address())}` };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('The server does not listen.');
  return address.port;
}
