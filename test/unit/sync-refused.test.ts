import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeStackFile } from '../../infra/local/stack-file.ts';
import type { Ended } from '../support/e2e/run-script.ts';
import { runScript } from '../support/e2e/run-script.ts';

const directory = mkdtempSync(join(tmpdir(), 'sync-refused-'));
/** What DynamoDB answers to an operation, by its name; it has nothing otherwise. */
let refused: Record<string, string> = {};
/** In DynamoDB's place, and in Clerk's. */
const server = createServer((request, response) => {
  const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
  const code = refused[operation];
  const body = code === undefined ? {} : { __type: `com.amazonaws.dynamodb.v20120810#${code}`, message: 'No.' };
  response.writeHead(code === undefined ? 200 : 400, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify(body));
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const [keys, texts] = [{ jwtPublicKey: '', jwtPrivateKey: '', kid: '', webhookSecrets: [] }, { region: 'local' }];
  const addresses = { api: url, clerk: url, dynamodb: url, metrics: url, console: url, issuer: url };
  const names = { tableName: 'users', authorizedParty: '', instanceId: 'ins_a', secretKey: 'sk', adminApiKey: '' };
  writeStackFile(join(directory, '.local/stack.json'), { ...keys, ...texts, ...addresses, ...names });
});
afterAll(() => {
  server.close();
  rmSync(directory, { recursive: true, force: true });
});

function sync(...args: readonly string[]): Promise<Ended> {
  return runScript('sync-clerk-users', args, { cwd: directory, env: { PATH: process.env['PATH'] ?? '' } });
}

describe('a table that does not take what a sync has to do', () => {
  it.each([
    ['is gone', { GetItem: 'ResourceNotFoundException' }, 'There is no table'],
    ['may not be read', { GetItem: 'AccessDeniedException' }, 'lack the permission dynamodb:GetItem'],
    ['may not be written', { UpdateItem: 'AccessDeniedException' }, 'lack the permission dynamodb:UpdateItem'],
    ['knows no such credentials', { GetItem: 'UnrecognizedClientException' }, 'does not accept these credentials'],
  ])('is told of at once, in words: it %s', async (_what, refusals, told) => {
    refused = refusals;
    const { code, stdout, stderr } = await sync('--json');
    expect(code).toBe(1);
    expect(stderr).toContain(told);
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'failed',
      failedBecause: expect.stringContaining(told) as unknown,
    });
  });
});
