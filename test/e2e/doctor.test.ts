import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import type { LocalStack } from '../../infra/local/local-stack.ts';
import { startLocalStack } from '../../infra/local/local-stack.ts';
import { writeStackFile } from '../../infra/local/stack-file.ts';
import type { World } from '../../scripts/demo/world.ts';
import { createWorld, signUp } from '../../scripts/demo/world.ts';
import { putItem } from '../support/e2e/put-item.ts';
import type { Ended } from '../support/e2e/run-script.ts';
import { runScript } from '../support/e2e/run-script.ts';
import { signedWebhook } from '../support/e2e/signed-webhook.ts';
import { instanceOf, textMatching, textWith } from '../support/cloud/matchers.ts';
import { TOKEN_IN_TEXT } from '../support/clerk/token-in-text.ts';

const STACK = 'clerk-sync-production';
let directory: string;
let stack: LocalStack;
/** Another deployment, with another instance of Clerk. */
let elsewhere: LocalStack;
let world: World;
let userId: string;
let secrets: Readonly<Record<string, unknown>>;

/** A local cloud as `npm start` leaves it, and one full run. */
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'doctor-'));
  stack = await startLocalStack({ assembly: inject('assembly') });
  elsewhere = await startLocalStack({ assembly: inject('assembly') });
  world = createWorld(stack.file);
  userId = (await signUp(world, 'ada@example.com', 'Ada')).id;
  await world.flushWebhooks();
  await world.fireFullRun();
  secrets = await readSecret();
  writeFile();
});
afterAll(async () => {
  await stack?.close();
  await elsewhere?.close();
  rmSync(directory, { recursive: true, force: true });
});
afterEach(async () => {
  await putSecret(secrets);
  await putItem(stack.file, { pk: 'settings#instance', instanceId: stack.file.instanceId });
  await fetch(`${stack.file.api}/__local/store`, { method: 'PUT', body: '{}' });
});

interface Document {
  readonly ok: boolean;
  readonly checks: readonly { name: string; ok: boolean; status: string; detail: string; fix: string }[];
}

function writeFile(changes: object = {}): void {
  writeStackFile(join(directory, '.local/stack.json'), { ...stack.file, ...changes });
}

/** Nothing of the developer's own AWS set-up. */
function environment(changes: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: directory, AWS_EC2_METADATA_DISABLED: 'true', ...changes };
}

async function doctor(args: readonly string[] = [], env = environment()): Promise<Ended & { document: Document }> {
  const ended = await runScript('doctor', ['--json', ...args], { cwd: directory, env });
  const document = JSON.parse(ended.stdout.trim().split('\n').at(-1) ?? '') as Document;
  const printed = `${ended.stdout}${ended.stderr}`;
  const files = [stack.file, elsewhere.file];
  const kept = files.flatMap(({ secretKey, webhookSecrets }) => [secretKey, ...webhookSecrets]);
  for (const secret of [...kept, 'BEGIN ']) expect(printed).not.toContain(secret);
  expect(printed).not.toMatch(TOKEN_IN_TEXT);
  return { ...ended, document };
}

function failuresIn({ checks }: Document): readonly string[] {
  return checks.filter(({ ok }) => !ok).map(({ name }) => name);
}

function checkIn({ checks }: Document, name: string) {
  return checks.find((check) => check.name === name);
}

async function withSecrets<T>(work: (client: SecretsManagerClient, id: string) => Promise<T>): Promise<T> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new SecretsManagerClient({ endpoint: stack.file.metrics, region: 'us-east-1', credentials });
  return work(client, stack.cloud.outputs['SecretArn'] ?? '').finally(() => client.destroy());
}

function readSecret(): Promise<Readonly<Record<string, unknown>>> {
  return withSecrets(async (client, SecretId) => {
    const { SecretString = '{}' } = await client.send(new GetSecretValueCommand({ SecretId }));
    return JSON.parse(SecretString) as Readonly<Record<string, unknown>>;
  });
}

async function putSecret(values: object): Promise<void> {
  const SecretString = JSON.stringify(values);
  await withSecrets((client, SecretId) => client.send(new PutSecretValueCommand({ SecretId, SecretString })));
}

describe('npm run doctor', () => {
  it('finds nothing wrong with a local cloud that has made a full run, and says what it did not look at', async () => {
    const { code, stderr, document } = await doctor();
    expect(failuresIn(document)).toEqual([]);
    expect({ code, ok: document.ok }).toEqual({ code: 0, ok: true });
    for (const check of document.checks) {
      expect(check).toEqual({
        name: instanceOf(String),
        ok: true,
        status: textMatching(/^(ok|skipped)$/),
        detail: textMatching(check.status === 'skipped' ? /^not checked: / : /./),
        fix: instanceOf(String),
      });
    }
    expect(new Set(document.checks.map(({ name }) => name)).size).toBe(document.checks.length);
    expect(checkIn(document, 'claims')?.detail).toContain('milliseconds');
    expect(checkIn(document, 'health')).toMatchObject({ status: 'ok' });
    expect(stderr).toMatch(/checks: \d+ well, 0 failed, 0 to look at, \d+ not checked\./);
  });

  it('for people says the same on standard output', async () => {
    const { code, stdout, stderr } = await runScript('doctor', [], { cwd: directory, env: environment() });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^✓ secret-key/);
  });

  it('changes nothing: the event that it sends is nobody’s', async () => {
    const before = await world.compare();
    await doctor();
    expect(await world.compare()).toEqual(before);
  });

  it.each([
    [['--colour'], '--colour'],
    [['--api', 'example.com'], '--api takes the URL'],
  ])('with %j says what is wrong with the command, and ends with 2', async (args, message) => {
    const { code, stdout, stderr } = await runScript('doctor', args, { cwd: directory, env: environment() });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});

describe('npm run doctor names a secret that is wrong, and what to do:', () => {
  it.each([
    [
      'no secret key',
      { secretKey: 'REPLACE-ME' },
      'secret-key',
      /is not a Clerk secret key/,
      /Correct the field secretKey/,
    ],
    [
      'a key that Clerk does not know',
      { secretKey: `sk_test_${'x'.repeat(40)}` },
      'clerk',
      /refused the secret key/,
      /Mend/,
    ],
    [
      'a webhook secret that is too short',
      { webhookSecrets: [`whsec_${Buffer.from('short').toString('base64')}`] },
      'webhook-secrets',
      /at least 24 bytes/,
      /Correct the field webhookSecrets/,
    ],
    ['no webhook secret', { webhookSecrets: [] }, 'webhook-secrets', /is empty/, /Correct the field webhookSecrets/],
    ['no public key', { jwtKeys: ['REPLACE-ME'] }, 'jwt-keys', /has no PEM public key/, /Correct the field jwtKeys/],
    [
      'another instance’s public key',
      { jwtKeys: [anotherKey()] },
      'token',
      /refused: signature/,
      /PEM in jwtKeys is another/,
    ],
  ])('%s', async (_what, changes, name, detail, fix) => {
    await putSecret({ ...secrets, ...changes });
    const { code, document } = await doctor();
    expect({ code, ok: document.ok }).toEqual({ code: 1, ok: false });
    expect(failuresIn(document)).toContain(name);
    expect(checkIn(document, name)).toMatchObject({
      detail: textMatching(detail),
      fix: textMatching(fix),
    });
  });

  it('the key of another instance than the table’s', async () => {
    await putItem(stack.file, { pk: 'settings#instance', instanceId: 'ins_another' });
    const { document } = await doctor();
    expect(failuresIn(document)).toEqual(['instance']);
    const { detail = '', fix = '' } = checkIn(document, 'instance') ?? {};
    expect(detail).toContain(`belongs to ${stack.file.instanceId}, and the table mirrors ins_another`);
    expect(fix).toContain('Put the secret key of ins_another into the secret arn:');
  });
});

describe('npm run doctor looks at a session token that is brought along:', () => {
  it.each([
    [
      'without updated_at',
      { updatedAt: '__absent' },
      'claims',
      /lacks updatedAt/,
      /"updatedAt":"\{\{user.updated_at\}\}"/,
    ],
    [
      'without names',
      { firstName: '__absent', lastName: '__absent' },
      'claims',
      /lacks firstName, lastName/,
      /first_name/,
    ],
    ['of another application', { azp: 'https://other.example.com' }, 'token', /authorized-party/, /claim azp/],
    ['of another instance', { iss: 'https://other.example.com' }, 'token', /issuer/, /claim iss/],
    ['of a template', { sid: '__absent' }, 'token', /session/, /without a template/],
  ])('%s', async (_what, claims, name, detail, fix) => {
    const { document } = await doctor(['--token', await world.token(userId, { claims })]);
    expect(failuresIn(document)).toEqual([name]);
    expect(checkIn(document, name)).toMatchObject({
      detail: textMatching(detail),
      fix: textMatching(fix),
    });
  });

  it('with updated_at in seconds, which is fine and worth knowing', async () => {
    const claims = { updatedAt: Math.floor(Date.now() / 1_000) };
    const { code, document } = await doctor(['--token', await world.token(userId, { claims })]);
    expect(code).toBe(0);
    expect(checkIn(document, 'claims')?.detail).toContain('updated_at in seconds');
  });

  it('that is no token at all', async () => {
    const { document } = await doctor(['--token', 'not-a-token']);
    expect(checkIn(document, 'token')?.detail).toContain('refused: malformed');
  });
});

describe('npm run doctor, where something is broken:', () => {
  it('names a table that is gone, and does not stumble over it', async () => {
    writeFile({ dynamodb: elsewhere.file.dynamodb });
    const { document } = await doctor().finally(() => writeFile());
    expect(failuresIn(document)).toEqual(['table']);
    expect(checkIn(document, 'table')?.fix).toContain('The table was lost');
    expect(checkIn(document, 'table-index')).toMatchObject({
      status: 'skipped',
      detail: 'not checked: there is no table',
    });
  });

  it('names an address that is another deployment’s, whose webhook does not know our secret', async () => {
    const { document } = await doctor(['--api', elsewhere.file.api]);
    expect(failuresIn(document)).toEqual(['webhook-delivery']);
    expect(checkIn(document, 'webhook-delivery')).toMatchObject({
      detail: textWith(`secret 1 was answered 400 at ${elsewhere.file.api}/webhooks/clerk`),
      fix: textWith('belongs to another stack'),
    });
  });

  it('names an address that nobody answers at, in time', async () => {
    const { document } = await doctor(['--api', 'http://127.0.0.1:9']);
    expect(failuresIn(document)).toEqual(['webhook-delivery', 'webhook-forgery', 'api', 'health']);
    expect(checkIn(document, 'api')?.detail).toContain('Nothing answers at http://127.0.0.1:9/whoami');
  });

  it('names an alarm that rings, the event in quarantine behind it, and the run that has never been made', async () => {
    const payload = { data: { object: 'user', id: 42 }, object: 'event', type: 'user.deleted', timestamp: Date.now() };
    const { body, headers } = signedWebhook(elsewhere.file.webhookSecrets[0] ?? '', payload);
    const answer = await createWorld(elsewhere.file).post('/webhooks/clerk', body, headers);
    expect(answer).toMatchObject({ status: 200, body: { outcome: 'quarantined' } });
    writeFile(elsewhere.file);
    try {
      const { document } = await doctor();
      expect(failuresIn(document)).toEqual(['last-full-run', 'quarantine', 'alarms']);
      expect(checkIn(document, 'alarms')).toMatchObject({
        detail: textMatching(/QuarantineNotEmpty.* rings?$/),
        fix: textWith('docs/runbook.md#an-event-is-in-quarantine'),
      });
      expect(checkIn(document, 'instance')).toMatchObject({ ok: true, status: 'warning' });
      expect(checkIn(document, 'last-full-run')?.fix).toContain('`npm run sync`');
      expect(checkIn(document, 'quarantine')?.fix).toContain('`npm run quarantine -- list`');
      const where = { cwd: directory, env: environment() };
      expect((await runScript('quarantine', ['dismiss', headers['svix-id'] ?? ''], where)).code).toBe(0);
      expect((await runScript('sync-clerk-users', [], where)).code).toBe(0);
      // The alarm stops with the minute in which the event came.
      expect(failuresIn((await doctor()).document).filter((name) => name !== 'alarms')).toEqual([]);
    } finally {
      writeFile();
    }
  });

  it('names a run that was held, and how to approve its deletions', async () => {
    const users = Array.from({ length: 25 }, (_, n) => ({ email_address: [`gone${n}@example.com`] }));
    const imported = await world.control('POST', 'users/import', { users });
    await world.fireFullRun();
    await world.control('PUT', 'faults', { webhooks: { drop: 1 } });
    for (const id of imported.body['ids'] as string[]) await world.clerk.users.deleteUser(id);
    const held = await world.fireFullRun();
    await world.control('PUT', 'faults', {});
    expect(held.body).toMatchObject({ status: 'held' });

    const { document } = await doctor();
    expect(failuresIn(document)).toContain('held-run');
    const [, approval = ''] = /`npm run sync -- ([^`]*)`/.exec(checkIn(document, 'held-run')?.fix ?? '') ?? [];
    expect(approval).toBe(`--approve-deletions ${String(held.body['runId'])}`);
    const where = { cwd: directory, env: environment() };
    expect((await runScript('sync-clerk-users', approval.split(' '), where)).code).toBe(0);
    await world.control('PUT', 'clock', { advanceMs: 26 * 60_000 });
    await world.fireFullRun();
    expect(failuresIn((await doctor()).document)).not.toContain('held-run');
  });

  it('names a stack file that is left of a cloud that is gone', async () => {
    writeFile({ api: 'http://127.0.0.1:9' });
    const { code, document } = await doctor().finally(() => writeFile());
    expect(code).toBe(1);
    expect(document.checks).toMatchObject([
      { name: 'deployment', ok: false, detail: textWith('Nothing answers at http://127.0.0.1:9') },
    ]);
  });

  it('names a stack file that is none', async () => {
    writeFileSync(join(directory, '.local/stack.json'), '{ "secretKey": "sk_test_quoted');
    const { document } = await doctor().finally(() => writeFile());
    expect(JSON.stringify(document)).not.toContain('quoted');
    expect(document.checks).toMatchObject([{ name: 'deployment', detail: textWith('npm start') }]);
  });
});

describe('npm run doctor -- --stack NAME', () => {
  const deployed = (): Record<string, string> =>
    environment({
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL: stack.file.metrics,
      AWS_ENDPOINT_URL_DYNAMODB: stack.file.dynamodb,
    });

  it('examines a deployed stack by its name, with a token that is brought along', async () => {
    const args = ['--stack', STACK, '--api', stack.file.api];
    const { document } = await doctor([...args, '--token', await world.token(userId)], deployed());
    // The local engine does not protect; a deployed table that were not would be named.
    expect(failuresIn(document)).toContain('table-protection');
    expect(failuresIn(document).filter((name) => name.startsWith('table'))).toEqual(['table-protection']);
    expect(checkIn(document, 'secret-key')).toMatchObject({ status: 'ok' });
    expect(checkIn(document, 'alarm-topic')).toMatchObject({
      status: 'skipped',
      fix: textWith('aws sns'),
    });
    expect(checkIn(document, 'token')).toMatchObject({ status: 'ok' });
  });

  it('warns of a development key in production, which may be meant', async () => {
    await putSecret({ ...secrets, secretKey: `sk_test_${'x'.repeat(40)}` });
    const { document } = await doctor(['--stack', STACK, '--api', stack.file.api], deployed());
    expect(checkIn(document, 'secret-key')).toMatchObject({
      ok: true,
      status: 'warning',
      detail: 'a development key (sk_test_) in the stage production',
      fix: textWith('sk_live_ key of your production instance'),
    });
  });

  it('without a token says how to bring one', async () => {
    const { document } = await doctor(['--stack', STACK, '--api', stack.file.api], deployed());
    expect(checkIn(document, 'token')).toMatchObject({
      ok: true,
      status: 'skipped',
      fix: textWith('--token'),
    });
  });

  it.each([
    ['a stack that there is not', ['--stack', 'nobodys'], {}, 'There is no stack nobodys'],
    ['no credentials', ['--stack', STACK], { AWS_ACCESS_KEY_ID: '' }, 'There are no AWS credentials here'],
  ])('says what to do about %s', async (_what, args, changes, told) => {
    const { code, document } = await doctor(args, { ...deployed(), ...changes });
    expect(code).toBe(1);
    expect(document.checks).toMatchObject([{ name: 'deployment', ok: false, detail: textWith(told) }]);
  });
});

function anotherKey(): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}
