import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { writeStackFile } from '../../infra/local/stack-file.ts';
import { belongTo, blanksOf, untilItsRunEnds } from '../support/docs/blanks.ts';
import { commandsToRun } from '../support/docs/elsewhere.ts';
import { expectedOf } from '../support/docs/expected.ts';
import { blocksOf, pages } from '../support/docs/pages.ts';
import { createReader } from '../support/docs/reader.ts';
import type { Reader } from '../support/docs/reader.ts';
import { toldBy } from '../support/docs/told.ts';
import type { RestoringEndpoint } from '../support/dynamodb/restoring-endpoint.ts';
import { startRestoringEndpoint } from '../support/dynamodb/restoring-endpoint.ts';
import type { AlarmedCloud } from '../support/e2e/alarmed-cloud.ts';
import { startAlarmedCloud } from '../support/e2e/alarmed-cloud.ts';
import { deployedEnvironment } from '../support/e2e/run-script.ts';

let directory: string;
let cloud: AlarmedCloud;
/** What no local engine has: backups. */
let restoring: RestoringEndpoint;
let reader: Reader;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'documentation-'));
  cloud = await startAlarmedCloud({ assembly: inject('assembly') });
  const { file } = cloud.stack;
  restoring = await startRestoringEndpoint(file.dynamodb, file.region);
  await restoring.remember(file.tableName, 'users-of-before');
  writeStackFile(join(directory, '.local/stack.json'), file);
  const env = {
    ...deployedEnvironment(cloud.stack, directory),
    AWS_ENDPOINT_URL_DYNAMODB: restoring.url,
    // A third of what each command takes is reading its own source.
    NODE_COMPILE_CACHE: join(directory, 'compiled'),
  };
  reader = createReader({ blanks: blanksOf(cloud), cwd: directory, env });
  const [people] = pages().flatMap((page) => blocksOf(page).filter(({ language }) => language === 'csv'));
  reader.save('people.csv', people?.content ?? '');
});
afterEach(() => belongTo(cloud, cloud.stack.file.instanceId));
afterAll(async () => {
  await restoring?.[Symbol.asyncDispose]();
  await cloud?.[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

const ONLY_STARTS_A_RUN = /^curl .*\/(sync-users\?|approve-deletions)|^npm run failures -- retry/;

describe('the commands of the documentation', () => {
  // The demo has a local cloud of its own to start.
  it.each(commandsToRun())('work: %s', { timeout: 120_000 }, async (command) => {
    const { says, code } = expectedOf(command);
    const type = () => reader.type(command);
    const ended = ONLY_STARTS_A_RUN.test(command) ? await untilItsRunEnds(cloud, type) : await type();
    expect(`${ended.stdout}\n${ended.stderr}`).toMatch(says);
    expect(ended.code).toBe(code);
  });
});

const requests = new Set(
  pages().flatMap(({ text }) => toldBy(text).requests.filter((told) => told.includes('/__local'))),
);

describe('what the documentation has one send to the local cloud itself', () => {
  it.each([...requests])('is answered: %s', async (told) => {
    const [, method = '', path = '', body] = /^(\w+) (\S+)(?: (.*))?$/.exec(told) ?? [];
    const { api, clerk } = cloud.stack.file;
    const send = async (content?: string): Promise<readonly number[]> =>
      Promise.all(
        [api, clerk].map(async (url) => {
          const answer = await fetch(`${url}${path}`, { method, ...(method === 'PUT' && { body: content ?? '{}' }) });
          return answer.status;
        }),
      );
    // Some are the API's and some are the stand-in's for Clerk.
    expect(await send(body)).toContain(200);
    if (body !== undefined) await send();
  });
});
