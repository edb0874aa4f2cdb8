import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sizeOfItem } from '../bench/item-size.ts';
import { unchangedRun } from '../bench/measurements/reconciler.ts';
import type { Mirror } from '../bench/mirrors.ts';
import type { Reconciler } from '../bench/reconcilers.ts';
import { refuseChanges, startNaive, startOurs } from '../bench/reconcilers.ts';
import { runMeasurements } from '../bench/run.ts';
import { createWorld } from '../bench/world.ts';
import type { World } from '../bench/world.ts';
import type { DurableHost } from '../support/reconciler/durable-host.ts';
import { startDurableHost } from '../support/reconciler/durable-host.ts';

let world: World;
let durable: DurableHost;
beforeAll(async () => {
  world = await createWorld();
  durable = await startDurableHost(0.001);
});
afterAll(async () => {
  await durable?.close();
  await world?.close();
});

const USERS = 40;
const idOf = (n: number): string => `user_bench${String(n).padStart(9, '0')}`;
const emailOf = (n: number): string => `user.bench${String(n).padStart(9, '0')}@example.com`;

interface Running {
  readonly reconciler: Reconciler;
  readonly mirror: Mirror;
}

async function started(reconciler: Reconciler): Promise<Running> {
  return { reconciler, mirror: await world.host.mirrorOf(reconciler.subject) };
}

let ours: Running;
let naive: Running;
beforeAll(async () => {
  ours = await started(await startOurs(world, durable, USERS));
  naive = await started(await startNaive(world, USERS));
});

/** Each over a Clerk of its own, whose users the table has: neither may be fast for doing less than it says. */
describe.each<[string, () => Running]>([
  ['our reconciler', () => ours],
  ['the naive loop', () => naive],
])('%s', (_name, running) => {
  it('has every user as Clerk has her', async () => {
    for (const n of [0, 17, USERS - 1]) expect(await running().mirror.emailOf(idOf(n))).toBe(emailOf(n));
  });

  it('stores what has changed at Clerk, and who is new', async () => {
    const { reconciler, mirror } = running();
    const address = { user_id: idOf(5), email_address: 'later@example.com', verified: true, primary: true };
    await call(reconciler, 'POST', '/email_addresses', address);
    const { id } = await call(reconciler, 'POST', '/users', { email_address: ['newcomer@example.com'] });
    await reconciler.measure();
    expect(await mirror.emailOf(idOf(5))).toBe('later@example.com');
    expect(await mirror.emailOf(String(id))).toBe('newcomer@example.com');
  });
});

/** What docs/bench.md says of the naive loop. */
describe('what our reconciler does and the naive loop does not', () => {
  it('a user who is gone at Clerk is deleted', async () => {
    for (const { reconciler } of [ours, naive]) await call(reconciler, 'DELETE', `/users/${idOf(7)}`);
    expect(await ours.reconciler.measure()).toMatchObject({ answer: { deleted: 1 } });
    await naive.reconciler.measure();
    expect(await naive.mirror.emailOf(idOf(7))).toBe(emailOf(7));
  });

  it('an unchanged user costs no write', async () => {
    for (const { reconciler } of [ours, naive]) await reconciler.measure();
    expect(await ours.reconciler.count()).toMatchObject({ userWriteUnits: 0, answer: { status: 'in-sync' } });
    const { answer, ...spent } = await naive.reconciler.count();
    const { updated } = answer as { updated: number };
    expect(updated).toBeGreaterThanOrEqual(USERS - 1);
    expect(spent).toMatchObject({ readUnits: updated / 2, writeUnits: updated, userWriteUnits: updated });
  });
});

describe('the rows of the reconciler', () => {
  it('come out of a small run of the measurement as they do of the real one', { timeout: 120_000 }, async () => {
    const measurement = unchangedRun('reconciler', { small: 200, large: 1_000, naive: 100 }, () => 1);
    const rows = await runMeasurements(world, [measurement], { rounds: 4, onRound: () => undefined });
    const row = (suffix: string) => rows.find(({ name }) => name === `reconciler${suffix}`);
    expect(row('.calls')).toMatchObject({ unit: 'calls', target: '≤ 12', ok: true });
    expect(row('.writes')).toMatchObject({ value: 0, target: '0', ok: true });
    expect(row('.cpu/naive')).toMatchObject({ target: '≤ 0.25' });
    // Two runs of the same code: far from 1 are only quantities that are not the same.
    expect(row('.cpu/control')?.value).toBeGreaterThan(0.3);
    expect(row('.cpu/control')?.value).toBeLessThan(3);
    expect(row('.units/naive')).toMatchObject({ target: '≤ 0.05' });
    expect(row('.memory')).toMatchObject({ target: '≤ 1.1' });
    const measured = [
      '.cpu',
      '.cpu/control',
      '.cpu/naive',
      '.cpu.200/naive',
      '.wall',
      '.wall/naive',
      '.reads',
      '.memory',
    ];
    expect(measured.filter((suffix) => !((row(suffix)?.value ?? 0) > 0))).toEqual([]);
  });

  it.each<[string, object]>([
    ['ours that has created one', { created: 1, updated: 0, clerkUsers: 30 }],
    ['ours that has updated one', { created: 0, updated: 1, clerkUsers: 30 }],
    ['ours that Clerk has told of fewer', { created: 0, updated: 0, clerkUsers: 29 }],
    ['the naive loop that has found fewer', { created: 0, updated: 29 }],
    ['the naive loop that has created one', { created: 1, updated: 29 }],
  ])('are not made of a run of %s', (_what, answer) => {
    expect(() => refuseChanges(answer, 30)).toThrow('Of 30 users who had not changed');
  });
});

describe('the size of an item', () => {
  it.each<[Record<string, unknown>, number]>([
    [{ pk: 'user#1' }, 8],
    [{ sort: 'é' }, 6],
    [{ asOf: 1_780_000_000_123 }, 4 + 8],
  ])('%j is what DynamoDB counts: %i bytes', (item, bytes) => {
    expect(sizeOfItem(item)).toBe(bytes);
  });

  it('is not guessed where the index has no such attribute', () => {
    expect(() => sizeOfItem({ app: {} })).toThrow('app');
  });
});

async function call(
  { clerk }: Reconciler,
  method: string,
  path: string,
  body?: object,
): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${clerk.secretKey}`, 'content-type': 'application/json' };
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  const response = await fetch(`${clerk.url}/v1${path}`, init);
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}
