import { Agent, request } from 'node:http';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { LocalStack } from '../../infra/local/local-stack.ts';
import { startLocalStack } from '../../infra/local/local-stack.ts';
import type { World } from '../../scripts/demo/world.ts';
import { createWorld } from '../../scripts/demo/world.ts';

const USERS = 100;
const REQUESTS = 1_000;
const CONNECTIONS = 10;

let stack: LocalStack;
let world: World;
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

beforeAll(async () => {
  stack = await startLocalStack({ assembly: inject('assembly') });
  world = createWorld(stack.file);
});
afterAll(async () => {
  agent.destroy();
  await stack?.close();
});

/** Mirrors users, as a first run after an import does. @returns their ids */
async function mirrorUsers(): Promise<readonly string[]> {
  const users = Array.from({ length: USERS }, (_, n) => ({
    email_address: [`user${n}@example.com`],
    first_name: `First${n}`,
    last_name: `Last${n}`,
    created_at: Date.UTC(2025, 0, 1) + n,
  }));
  expect((await world.control('POST', 'users/import', { users })).status).toBe(200);
  expect((await world.fireFullRun()).body).toMatchObject({ status: 'repaired', created: USERS });
  const { data } = await world.clerk.users.getUserList({ limit: USERS, orderBy: '+created_at' });
  return data.map(({ id }) => id);
}

/** No two of a user are alike: each is verified afresh, and none is answered by the gateway's cache. */
function mintTokens(ids: readonly string[]): Promise<readonly string[]> {
  const numbers = Array.from({ length: REQUESTS }, (_, n) => n);
  return atOnce(numbers, (n) =>
    world.token(ids[n % ids.length] ?? '', { claims: { jti: `t${n}` }, expiresInSeconds: 600 }),
  );
}

/** Works through a list, as many at a time as there are connections. */
async function atOnce<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const waiting = [...items];
  const results: Result[] = [];
  const worker = async (): Promise<void> => {
    for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) results.push(await work(item));
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  return results;
}

/** One request over the ten connections. @returns its status and how long it took, ms */
function send(token: string): Promise<{ readonly status: number; readonly ms: number }> {
  const startedAt = performance.now();
  const headers = { authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    request(`${stack.file.api}/whoami`, { agent, headers }, (response) => {
      response
        .resume()
        .on('end', () => resolve({ status: response.statusCode ?? 0, ms: performance.now() - startedAt }));
    })
      .on('error', reject)
      .end();
  });
}

/** What the functions have asked the table for, and how many lines they have written. */
async function seen() {
  const local = async (path: string): Promise<unknown> => (await fetch(`${stack.file.api}/__local/${path}`)).json();
  const calls = (await local('calls')) as Readonly<Record<string, number>>;
  return { calls, lines: ((await local('logs?limit=10000')) as unknown[]).length };
}

const percentile = (sorted: readonly number[], share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? 0;

it('1,000 requests of 100 unchanged users on 10 connections write nothing, and each reads once', async () => {
  const ids = await mirrorUsers();
  const tokens = await mintTokens(ids);
  // Containers that are warm: what is reported is requests, not cold starts.
  await atOnce(await Promise.all(ids.map((id) => world.token(id))), send);
  const before = await seen();
  const answers = await atOnce(tokens, send);
  const after = await seen();

  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  expect(after.calls).toEqual({ ...before.calls, GetItem: (before.calls['GetItem'] ?? 0) + REQUESTS });
  expect(after.lines).toBe(before.lines);
  expect((await world.compare()).mismatches).toEqual([]);
  const times = answers.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const report = `p50 ${percentile(times, 0.5).toFixed(1)} ms, p99 ${percentile(times, 0.99).toFixed(1)} ms`;
  process.stdout.write(`\n${REQUESTS} unchanged requests over the local cloud: ${report}\n`);
});
