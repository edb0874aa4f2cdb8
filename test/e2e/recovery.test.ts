import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { LocalStack } from '../../infra/local/local-stack.ts';
import { startLocalStack } from '../../infra/local/local-stack.ts';
import type { World } from '../../scripts/demo/world.ts';
import { createWorld } from '../../scripts/demo/world.ts';
import type { CopyCounts, CopyOptions } from '../../scripts/recover/copy-app.ts';
import { copyApp } from '../../scripts/recover/copy-app.ts';
import { restoreTable } from '../../scripts/recover/restore-table.ts';
import { systemClock as clock } from '../../shared/adapters/system/clock.ts';
import { systemTimers as timers } from '../../shared/adapters/system/timers.ts';
import type { RestoringEndpoint } from '../support/dynamodb/restoring-endpoint.ts';
import { startRestoringEndpoint } from '../support/dynamodb/restoring-endpoint.ts';
import { scan } from '../support/oracle.ts';

type Item = Readonly<Record<string, unknown>>;

let stack: LocalStack;
let world: World;
let restoring: RestoringEndpoint;
/** Straight to the engine, and to one with backups. */
let table: DynamoDBDocumentClient;
let amazon: DynamoDBDocumentClient;
/** When the table was well, and what was in it. */
let wellAt: number;
let before: readonly Item[];
let ids: readonly string[];

beforeAll(async () => {
  stack = await startLocalStack({ assembly: inject('assembly') });
  world = createWorld(stack.file);
  const { dynamodb: endpoint, region } = stack.file;
  restoring = await startRestoringEndpoint(endpoint, region);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  table = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region, credentials }));
  amazon = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: restoring.url, region, credentials }));
});
afterAll(async () => {
  table?.destroy();
  amazon?.destroy();
  await restoring?.[Symbol.asyncDispose]();
  await stack?.close();
});

let people = 0;
let restorations = 0;
/** The name of a table that is not there yet. */
let target: string;
beforeEach(() => {
  target = `restored-${(restorations += 1)}`;
});

/** Five users more, with attributes of the application. */
async function populate(): Promise<void> {
  const users = Array.from({ length: 5 }, () => ({ email_address: [`person${(people += 1)}@example.com`] }));
  ids = (await world.control('POST', 'users/import', { users, webhooks: true })).body['ids'] as readonly string[];
  await world.flushWebhooks();
  // As applications do it themselves: sets and long numbers, which JSON does not know.
  for (const id of ids)
    await setApp(id, { bio: `About ${id}`, tags: new Set(['a', 'b']), long: 12_345_678_901_234_567_890n });
  await remember();
}

async function remember(): Promise<void> {
  wellAt = await restoring.remember(stack.file.tableName);
  before = await scan(stack.file);
}

async function setApp(id: string, app: object): Promise<void> {
  await table.send(
    new UpdateCommand({
      TableName: stack.file.tableName,
      Key: { pk: `user#${id}` },
      UpdateExpression: 'SET app = :app',
      ExpressionAttributeValues: { ':app': app },
    }),
  );
}

async function setAttribute(id: string, name: string, value: unknown): Promise<void> {
  await table.send(
    new UpdateCommand({
      TableName: stack.file.tableName,
      Key: { pk: `user#${id}` },
      UpdateExpression: 'SET app.#name = :value',
      ExpressionAttributeNames: { '#name': name },
      ExpressionAttributeValues: { ':value': value },
    }),
  );
}

async function setOnItem(id: string, name: string, value: unknown): Promise<void> {
  await table.send(
    new UpdateCommand({
      TableName: stack.file.tableName,
      Key: { pk: `user#${id}` },
      UpdateExpression: 'SET #name = :value',
      ExpressionAttributeNames: { '#name': name },
      ExpressionAttributeValues: { ':value': value },
    }),
  );
}

async function lose(items: readonly Item[]): Promise<void> {
  const TableName = stack.file.tableName;
  for (const { pk } of items) await table.send(new DeleteCommand({ TableName, Key: { pk } }));
}

const appOf = async (id: string) => (await world.item(id))['app'];
const appBefore = (id: string) => before.find(({ pk }) => pk === `user#${id}`)?.['app'];

/** What `npm run recover -- restore` does. @returns what it says meanwhile */
async function restore(options: { readonly source?: string; readonly at?: number | undefined } = {}): Promise<string> {
  const said: string[] = [];
  await restoreTable(amazon, {
    source: stack.file.tableName,
    at: 'source' in options ? undefined : wellAt,
    ...options,
    target,
    clock,
    timers,
    signal: new AbortController().signal,
    say: (text) => said.push(text),
  });
  return said.join('\n');
}

function restoreNamed(name: string): Promise<string> {
  target = name;
  return restore();
}

/** What `npm run recover -- app` does. */
async function copy(options: Partial<CopyOptions> = {}): Promise<CopyCounts & { readonly why: readonly string[] }> {
  const why: string[] = [];
  const counts = await copyApp(
    { client: amazon, tableName: stack.file.tableName },
    {
      from: target,
      overwrite: false,
      dryRun: false,
      signal: new AbortController().signal,
      onProgress: () => undefined,
      onFailure: (userId, reason) => why.push(`${userId}: ${reason}`),
      ...options,
    },
  );
  return { ...counts, why };
}

describe('a table that lost everything', () => {
  beforeEach(populate);

  it('is rebuilt from Clerk by one run, and takes `app` back from the backup of the deleted one', async () => {
    // A new deployment's table has a name of its own, and the old one is gone.
    await restoring.remember(stack.file.tableName, 'old');
    await lose(before);
    expect(await scan(stack.file)).toEqual([]);
    // Requests go on meanwhile.
    expect((await world.get('/whoami', await world.token(ids[0] ?? ''))).status).toBe(200);
    expect((await world.fireFullRun()).body).toMatchObject({ status: 'repaired', deleted: 0, suspects: 0 });
    expect((await world.compare()).mismatches).toEqual([]);

    expect(await restore({ source: 'old' })).toMatch(
      /^old is being restored as \S+, from its backup of .*\n\S+ is CREATING/,
    );
    const users = before.filter(({ app }) => Object.keys(app ?? {}).length > 0).length;
    expect(await copy({ dryRun: true })).toEqual({ copied: users, kept: 0, absent: 0, decided: 0, failed: 0, why: [] });
    expect(await appOf(ids[0] ?? '')).toEqual({});
    expect(await copy()).toEqual({ copied: users, kept: 0, absent: 0, decided: 0, failed: 0, why: [] });
    for (const id of ids) expect(await appOf(id)).toEqual(appBefore(id));
    expect((await world.fireFullRun()).body).toMatchObject({ status: 'in-sync' });
    expect((await world.compare()).mismatches).toEqual([]);
    expect(await copy()).toMatchObject({ copied: 0, kept: users });
  });
});

describe('a table that lost some users', () => {
  beforeEach(populate);

  it('gets them back, and nobody else is touched; what is newer than the loss stays', async () => {
    const [gone = '', emptied = '', newer = '', deleted = '', kept = ''] = ids;
    await lose(before.filter(({ pk }) => pk === `user#${gone}`));
    await setApp(emptied, {});
    await setApp(newer, { bio: 'Newer', own: true });
    await world.clerk.users.deleteUser(deleted);
    await world.flushWebhooks();
    const untouched = [await world.item(kept), await world.item(deleted)];
    expect((await world.fireFullRun()).body).toMatchObject({ status: 'repaired', created: 1 });

    expect(await restore()).toContain(`as it was at ${new Date(wellAt).toISOString()}`);
    expect(await copy()).toMatchObject({ copied: 3, absent: 0, decided: 1, failed: 0 });
    expect(await appOf(gone)).toEqual(appBefore(gone));
    expect(await appOf(emptied)).toEqual(appBefore(emptied));
    expect(await appOf(newer)).toEqual({ ...(appBefore(newer) as object), bio: 'Newer', own: true });
    expect([await world.item(kept), await world.item(deleted)]).toEqual(untouched);
    expect((await world.compare()).mismatches).toEqual([]);

    await copy({ overwrite: true });
    expect(await appOf(newer)).toEqual({ ...(appBefore(newer) as object), own: true });
  });

  it('gives nothing back to one who was erased since and restored: it was decided that nothing of her stays', async () => {
    const [erased = ''] = ids;
    const admin = { authorization: `Bearer ${stack.file.adminApiKey}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ evenIfClerkHas: true });
    expect((await world.post(`/admin/users/${erased}/erase`, body, admin)).status).toBe(200);
    await restore();
    expect(await copy()).toMatchObject({ copied: 0, absent: 0, failed: 0 });
    // As if five minutes had passed, before which nobody is restored.
    await setOnItem(erased, 'deletedAt', new Date(Date.now() - 600_000).toISOString());
    expect((await world.post(`/admin/users/${erased}/restore`, '{}', admin)).status).toBe(200);
    expect(await world.item(erased)).toMatchObject({ restoredAt: expect.any(String) as string, app: {} });
    const { decided, ...counts } = await copy();
    expect(counts).toMatchObject({ copied: 0, absent: 0, failed: 0 });
    expect(decided).toBeGreaterThan(0);
    expect(await appOf(erased)).toEqual({});
  });

  it('gives back what a user had who had been deleted and restored before the loss, and counts who is not here yet', async () => {
    const [restored = '', absent = ''] = ids;
    // What a restoration leaves on the item; the run that follows the loss makes her anew, without it.
    await setOnItem(restored, 'restoredAt', new Date().toISOString());
    await remember();
    await restore();
    const { decided } = await copy({ dryRun: true });
    await lose(before.filter(({ pk }) => pk === `user#${restored}` || pk === `user#${absent}`));
    expect(await copy({ dryRun: true })).toMatchObject({ copied: 0, absent: 2, decided });
    expect((await world.fireFullRun()).body).toMatchObject({ status: 'repaired', created: 2 });
    expect(await world.item(restored)).not.toHaveProperty('restoredAt');
    expect(await copy()).toMatchObject({ copied: 2, absent: 0, decided, failed: 0 });
    for (const id of [restored, absent]) expect(await appOf(id)).toEqual(appBefore(id));
  });

  it('names whose attributes could not be copied, and goes on with the others', async () => {
    const [odd = '', full = '', lost = ''] = ids;
    await setApp(full, { bio: 'x'.repeat(250_000) });
    await remember();
    await restore();
    await setApp(full, { other: 'x'.repeat(250_000) });
    await setApp(odd, ['no map']);
    await setApp(lost, {});
    const { why, ...counts } = await copy();
    expect(counts).toMatchObject({ copied: 1, failed: 2 });
    expect(why.toSorted()).toEqual([`${full}: ValidationException`, `${odd}: its app is no map`].toSorted());
    expect(await appOf(lost)).toEqual(appBefore(lost));
    for (const id of [odd, full]) await setApp(id, {});
  });

  it('loses nothing of what applications write at the same time', async () => {
    const written = ids.map((id) => setApp(id, { meanwhile: id }));
    await Promise.all([restore(), ...written]);
    const racing = Array.from({ length: 20 }, (_, n) => setAttribute(ids[n % ids.length] ?? '', `n${n}`, n));
    const [counts] = await Promise.all([copy(), ...racing]);
    expect(counts.failed).toBe(0);
    for (const [at, id] of ids.entries()) {
      const numbers = Array.from({ length: 4 }, (_, n) => 5 * n + at).map((n) => [`n${n}`, n] as const);
      const own = { ...Object.fromEntries(numbers), meanwhile: id };
      expect(await appOf(id)).toEqual({ ...(appBefore(id) as object), ...own });
    }
  });

  it('is read a page at a time, and says how far it has come', async () => {
    for (const [n, id] of ids.entries()) await setApp(id, { large: 'x'.repeat(350_000), n });
    await remember();
    await restore();
    for (const id of ids) await setApp(id, {});
    const pages: number[] = [];
    expect(await copy({ onProgress: ({ copied }) => pages.push(copied) })).toMatchObject({ copied: ids.length });
    expect(pages.length).toBeGreaterThan(1);
  });
});

describe('a restoration', () => {
  it('is not begun a second time: the same command waits for the first', async () => {
    await restore();
    const count = restoring.restorations.length;
    expect(await restore()).toContain('nothing is restored a second time');
    expect(restoring.restorations).toHaveLength(count);
  });

  it('is not taken for another one: of another time, of another table, or of none', async () => {
    await restore();
    await expect(restore({ at: wellAt + 2_000 })).rejects.toThrow(
      `${target} was restored from ${stack.file.tableName} as it was at ${new Date(wellAt).toISOString()}`,
    );
    await expect(restore({ source: 'old' })).rejects.toThrow('Choose another name for --to');
    await expect(restoreNamed(stack.file.tableName)).rejects.toThrow('--to must be another name');
    target = `restored-${(restorations += 1)}`;
    await table.send(
      new CreateTableCommand({
        TableName: target,
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
    await expect(restore()).rejects.toThrow(`${target} is there and was not restored from anything`);
    expect(restoring.restorations.map((input) => input['TargetTableName'])).not.toContain(target);
  });

  it.each([
    [
      'without a time, of a table that is still there',
      { at: undefined },
      /is still there: say with --at when it was well/,
    ],
    ['as of before what is kept', { at: Date.UTC(2026, 0, 1) }, /can be restored as it was from .* not at 2026-01-01/],
    ['of a table that never was', { source: 'unheard-of' }, /no table unheard-of here, and no backup of one/],
    ['as of a time, of a table that is deleted', { source: 'old', at: 1 }, /only its last state was kept/],
  ])('%s is refused, in words that help', async (_, options, message) => {
    await expect(restore(options)).rejects.toThrow(message);
  });

  it('cannot be had of the local engine, which says so', async () => {
    const said = { clock, timers, signal: new AbortController().signal, say: () => undefined };
    const options = { ...said, source: stack.file.tableName, target, at: wellAt };
    await expect(restoreTable(table, options)).rejects.toThrow('The engine of the local cloud keeps no backups');
  });
});
