import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLocalClock } from '../../infra/local/clock.ts';
import { startLocalCloud } from '../../infra/local/cloud/index.ts';
import { asRecord } from '../../infra/local/cloud/json.ts';
import type { JsonRecord } from '../../infra/local/cloud/json.ts';
import { startDynamoDbEngine } from '../../infra/local/dynamodb/engine.ts';
import { findEngine } from '../../infra/local/dynamodb/find-engine.ts';
import { listen } from '../../infra/local/http/server.ts';
import { listWith } from '../support/cloud/matchers.ts';
import {
  buildOrchard,
  call,
  changedOrchard,
  invoked,
  startOrchard,
  temporaryFolder,
} from '../support/cloud/orchard.ts';
import type { Folder } from '../support/cloud/orchard.ts';

const folders: Folder[] = [];
let assembly: string;
let built: Folder;

beforeAll(async () => {
  built = await buildOrchard();
  assembly = built.path;
});
afterAll(() => built.remove());
afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

/** The folder of a copy of the assembly, with changed resources. */
function changed(change: (resources: JsonRecord) => void): string {
  const folder = changedOrchard(assembly, change);
  folders.push(folder);
  return folder.path;
}

/** Process ids of all that a process has started, and what these have. */
function descendants(pid: number): number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const pairs = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const children = (parent: number): number[] =>
    pairs.filter(([, ppid]) => ppid === parent).flatMap(([child = 0]) => [child, ...children(child)]);
  return children(pid);
}

function areRunning(pids: readonly number[]): number[] {
  return pids.filter((pid) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  });
}

describe('the end of a local cloud', () => {
  it('leaves no process and no open port, even with an invocation under way', async () => {
    const own = new Set(descendants(process.pid));
    const orchard = await startOrchard({ assembly });
    await invoked(orchard.cloud, 'Echo', {});
    const underway = orchard.cloud.invoke(orchard.cloud.physicalId('Single'), { sleepMs: 4000 });
    const outcome = underway.then(
      () => 'ended',
      () => 'ended',
    );
    await expect.poll(() => descendants(process.pid).filter((pid) => !own.has(pid)).length).toBeGreaterThanOrEqual(6);
    const started = descendants(process.pid).filter((pid) => !own.has(pid));
    await orchard.close();
    expect(await outcome).toBe('ended');
    await expect.poll(() => areRunning(started)).toEqual([]);
    for (const url of [orchard.url, orchard.cloud.servicesUrl, orchard.cloud.dynamodbUrl]) {
      await expect(fetch(url)).rejects.toThrow('fetch failed');
    }
  });

  it('waits for processes that are just being started', async () => {
    const own = new Set(descendants(process.pid));
    const orchard = await startOrchard({ assembly });
    const results = ['Echo', 'Guard', 'Trouble'].map((name) =>
      orchard.cloud.invoke(orchard.cloud.physicalId(name), {}),
    );
    const settled = Promise.allSettled(results);
    await orchard.close();
    expect(areRunning(descendants(process.pid).filter((pid) => !own.has(pid)))).toEqual([]);
    expect(await settled).toHaveLength(3);
  });

  it('may be asked for twice', async () => {
    const orchard = await startOrchard({ assembly });
    await orchard.close();
    await expect(orchard.cloud.close()).resolves.toBeUndefined();
  });

  it('comes with the end of this process, even by SIGKILL while a function blocks', async () => {
    const script = fileURLToPath(new URL('../support/cloud/run-orchard.ts', import.meta.url));
    // Whoever is killed leaves its files behind: here, where they are removed.
    const folder = temporaryFolder();
    folders.push(folder);
    const env = { ...process.env, TMPDIR: folder.path };
    const child = spawn(process.execPath, [script, assembly], { stdio: ['ignore', 'pipe', 'inherit'], env });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    // The engine, and a function in an endless loop, each with its tether.
    await expect.poll(() => descendants(child.pid ?? 0).length, { timeout: 10_000 }).toBeGreaterThanOrEqual(4);
    const started = descendants(child.pid ?? 0);
    child.kill('SIGKILL');
    await expect.poll(() => areRunning(started), { timeout: 5000 }).toEqual([]);
  });
});

describe('a start that cannot succeed', () => {
  const start = (options: object): Promise<unknown> =>
    startLocalCloud({ assembly, clock: createLocalClock(), ...options });

  it('names a taken port and what to do, and leaves nothing behind', async () => {
    const other = await listen(createServer());
    const before = descendants(process.pid);
    await expect(start({ port: other.port })).rejects.toThrow(new RegExp(`Port ${other.port} .*is taken.*--port`));
    expect(descendants(process.pid).filter((pid) => !before.includes(pid) && areRunning([pid]).length > 0)).toEqual([]);
    await other.close();
  });

  it('names an assembly that is not there, and stacks when it is not clear which one is meant', async () => {
    await expect(start({ assembly: '/nowhere' })).rejects.toThrow(/nowhere\/manifest\.json does not exist.*cdk synth/);
    await expect(start({ stack: 'Vineyard' })).rejects.toThrow(/\(Orchard\).*"Vineyard"/);
  });

  it('names the place of an expression that is not supported', async () => {
    const other = changed((resources) => {
      asRecord(asRecord(resources['Basket'])['Properties'])['TableName'] = { 'Fn::ImportValue': 'x' };
    });
    await expect(start({ assembly: other })).rejects.toThrow(
      /Resources\.Basket\.Properties\.TableName: Fn::ImportValue is not supported/,
    );
  });

  it('refuses an authorizer that would be cached without an identity', async () => {
    const other = changed((resources) => {
      delete asRecord(asRecord(resources['KeyGuard'])['Properties'])['IdentitySource'];
    });
    await expect(start({ assembly: other })).rejects.toThrow(
      /KeyGuard: an authorizer without IdentitySource cannot be cached/,
    );
  });

  it('refuses stored tables that have other keys than the template, says how to start afresh, and ends the engine', async () => {
    const data = temporaryFolder();
    folders.push(data);
    const orchard = await startOrchard({ assembly, dataDirectory: data.path });
    await orchard.close();
    const other = changed((resources) => {
      asRecord(asRecord(resources['Basket'])['Properties'])['KeySchema'] = [
        { AttributeName: 'owner', KeyType: 'HASH' },
      ];
    });
    const before = descendants(process.pid);
    await expect(start({ assembly: other, dataDirectory: data.path })).rejects.toThrow(
      /table basket .*other keys.*--fresh/,
    );
    expect(areRunning(descendants(process.pid).filter((pid) => !before.includes(pid)))).toEqual([]);
  });
});

describe('the index of a local cloud', () => {
  it('tells what is served, what is not imitated, and what to try', async () => {
    const orchard = await startOrchard({ assembly });
    const { body } = await call(`${orchard.url}/__local`);
    expect(body).toMatchObject({
      stack: 'Orchard',
      outputs: { GateUrl: orchard.url, Fruit: 'apple' },
      notImitated: listWith('AWS::IAM::Role', 'AWS::SNS::Topic'),
      controls: listWith('GET /__local/schedules'),
    });
    const unknown = await call(`${orchard.url}/__local/nothing`);
    expect([unknown.status, unknown.body['controls']]).toEqual([404, body['controls']]);
    await orchard.close();
  });
});

describe('the DynamoDB engine', () => {
  it('starts on a free port, and several do side by side', async () => {
    const engines = await Promise.all([1, 2, 3].map(() => startDynamoDbEngine()));
    expect(new Set(engines.map((engine) => engine.url)).size).toBe(3);
    await Promise.all(engines.map((engine) => engine.close()));
    await expect(fetch(engines[0]?.url ?? '')).rejects.toThrow('fetch failed');
  });

  it('names a taken port', async () => {
    const other = await listen(createServer((_, response) => response.end('somebody else')));
    await expect(startDynamoDbEngine({ port: other.port })).rejects.toThrow(/port is taken/);
    await other.close();
  });

  it('names what it said when it ends at once', async () => {
    await expect(startDynamoDbEngine({ dataFile: '/dev/null/none.sqlite' })).rejects.toThrow(/\/dev\/null/);
    const source = { kind: 'program', path: '/bin/false' } as const;
    await expect(startDynamoDbEngine({ source })).rejects.toThrow(/ended at once \(exit code 1\)/);
  });

  const nothing = {
    environment: {},
    platform: 'plan9',
    arch: 'arm64',
    resolve: () => {
      throw new Error('not installed');
    },
  };

  it('is what AWS_ENDPOINT_URL_DYNAMODB names, else installed, else on the PATH', () => {
    const environment = { AWS_ENDPOINT_URL_DYNAMODB: 'http://localhost:8000/' };
    expect(findEngine({ ...nothing, environment })).toEqual({ kind: 'endpoint', url: 'http://localhost:8000' });
    const folder = temporaryFolder();
    folders.push(folder);
    const path = join(folder.path, 'dynoxide');
    writeFileSync(path, '#!/bin/sh\n', { mode: 0o755 });
    expect(findEngine({ ...nothing, environment: { PATH: `/none:${folder.path}` } })).toEqual({
      kind: 'program',
      path,
    });
    expect(findEngine({ ...nothing, resolve: () => join(folder.path, 'package.json') })).toEqual({
      kind: 'program',
      path,
    });
  });

  it('says how to get one when there is none, or when the one that is named does not answer', async () => {
    expect(() => findEngine(nothing)).toThrow(/plan9-arm64.*Install one.*AWS_ENDPOINT_URL_DYNAMODB/);
    const source = { kind: 'endpoint', url: 'http://127.0.0.1:1' } as const;
    await expect(startDynamoDbEngine({ source })).rejects.toThrow(/AWS_ENDPOINT_URL_DYNAMODB.*does not answer/);
  });
});
