import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { LocalStack } from '../../infra/local/local-stack.ts';
import { startLocalStack } from '../../infra/local/local-stack.ts';
import type { World } from '../../scripts/demo/world.ts';
import { createWorld } from '../../scripts/demo/world.ts';
import { eventsOf } from '../support/e2e/bus.ts';
import { signUpStored } from '../support/e2e/api-client.ts';

interface Line {
  readonly requestId?: string;
  readonly line: string;
}

let stack: LocalStack;
let world: World;
let userId: string;
let before: number;

beforeAll(async () => {
  stack = await startLocalStack({ assembly: inject('assembly') });
  world = createWorld(stack.file);
});
afterAll(() => stack?.close());
beforeEach(async () => {
  ({ id: userId } = await signUpStored(world));
  await told(1);
  before = (await lines()).length;
});

async function lines(): Promise<readonly Line[]> {
  return (await (await fetch(`${stack.file.api}/__local/logs?limit=10000`)).json()) as readonly Line[];
}

interface Template {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }>
  >;
}

/** What is deployed, and served here. */
function template(): Template {
  const [file = ''] = globSync('*.template.json', { cwd: inject('assembly') });
  return JSON.parse(readFileSync(join(inject('assembly'), file), 'utf8')) as Template;
}

/** What all functions have written since. */
const written = async () => (await lines()).slice(before);

/** Waits until so many events about the user are on the bus: the last thing that a change leads to. */
const told = (count: number) =>
  expect.poll(() => eventsOf(stack.file, userId), { timeout: 20_000 }).toHaveLength(count);

/** A request with a token that Clerk made after a change. @returns its answer's status */
async function changedRequest(n: number): Promise<number> {
  const claims = { firstName: `Changed${n}`, updatedAt: Date.now() + n };
  return (await world.get('/whoami', await world.token(userId, { claims }))).status;
}

const bytesOf = (all: readonly Line[]) => all.reduce((sum, { line }) => sum + Buffer.byteLength(line) + 1, 0);

describe('what requests cost in the log', () => {
  it('is nothing where nobody has changed: no byte, and with it no metric', async () => {
    for (let n = 0; n < 10; n += 1) {
      const token = await world.token(userId, { claims: { jti: `same${n}` } });
      expect((await world.get('/whoami', token)).status).toBe(200);
    }
    expect(bytesOf(await written())).toBe(0);
  });

  it('is nothing beside the functions either: the API writes no line, and Lambda none of its own', () => {
    const resources = Object.values(template().Resources);
    const stages = resources.filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Stage');
    expect(stages.map(({ Properties }) => Properties['AccessLogSettings'])).toEqual([undefined]);
    const functions = resources.filter(({ Type }) => Type === 'AWS::Lambda::Function');
    const levels = functions.map(({ Properties }) => Properties['LoggingConfig'] as { SystemLogLevel?: string });
    expect(levels.length).toBeGreaterThan(6);
    expect(new Set(levels.map(({ SystemLogLevel }) => SystemLogLevel))).toEqual(new Set(['WARN']));
  });

  it('is less than 1,400 bytes for each that brings a change: below $0.70 a million (docs/cost.md)', async () => {
    const CHANGES = 10;
    for (let n = 1; n <= CHANGES; n += 1) expect(await changedRequest(n)).toBe(200);
    await told(1 + CHANGES);
    const all = await written();
    const bytes = bytesOf(all) / CHANGES;
    process.stdout.write(`\nA changed request logs ${bytes} bytes in ${all.length / CHANGES} lines.\n`);
    expect(bytes).toBeGreaterThan(200);
    expect(bytes).toBeLessThan(1_400);
  });
});

describe('the line of a change', () => {
  it('says to which request it belongs: the API has the same id', async () => {
    expect(await changedRequest(1)).toBe(200);
    const [line] = (await written()).filter(({ line: text }) => text.includes('user synchronised'));
    const facts = JSON.parse(line?.line ?? '{}') as Readonly<Record<string, unknown>>;
    expect(facts).toMatchObject({ path: 'authorizer', outcome: 'updated', userId });
    expect(facts['requestId']).toMatch(/^\S{10,}$/);
  });

  it('of a webhook says to which message it belongs, too', async () => {
    await world.clerk.users.updateUser(userId, { firstName: 'Changed' });
    await world.flushWebhooks();
    const [line] = (await written()).filter(({ line: text }) => text.includes('user synchronised'));
    const facts = JSON.parse(line?.line ?? '{}') as Readonly<Record<string, unknown>>;
    expect(facts).toMatchObject({
      path: 'webhook',
      outcome: 'updated',
      messageId: expect.stringMatching(/^msg_/) as unknown,
    });
    expect(facts['requestId']).toMatch(/^\S{10,}$/);
  });
});
