import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestTables } from '../support/dynamodb/test-tables.ts';
import { startTestTables } from '../support/dynamodb/test-tables.ts';
import { BusyClerk } from '../support/reconciler/busy-clerk.ts';
import type { WebhookEndpoint } from '../support/reconciler/webhook-endpoint.ts';
import { startWebhookEndpoint } from '../support/reconciler/webhook-endpoint.ts';
import type { ReconcilerWorld } from '../support/reconciler/world.ts';
import { startReconcilerWorld } from '../support/reconciler/world.ts';

/**
 * People come, change and go while a run walks: before a page is read, and between Clerk's reading it and the run's getting it.
 * Half of the webhooks that tell of it are lost; the others are delivered over HTTP, some twice, some out of order, signed by
 * Svix's own package, to the webhook's own code.
 */
let tables: TestTables;
beforeAll(async () => {
  tables = await startTestTables();
});
afterAll(() => tables?.close());

const USERS = 150;
const DAY_MS = 86_400_000;
/** Each fifth user shares the creation time of the one before. */
const createdAt = (n: number): number => Date.UTC(2026, 0, 1) + (n - (n % 5 === 1 ? 1 : 0)) * DAY_MS;

const LOSSES = { webhooks: { drop: 0.5, duplicate: 0.2, reorder: 0.2 } };

/** `RECONCILE_SEEDS=17,18` plays others. */
const SEEDS = (process.env['RECONCILE_SEEDS'] ?? '1,2,3').split(',').map(Number);

async function startMirrored(seed: number): Promise<{ world: ReconcilerWorld; ids: readonly string[] }> {
  const world = await startReconcilerWorld(tables, { seed, limits: { pageSize: 10 }, hurry: 20 });
  const users = Array.from({ length: USERS }, (_, n) => ({
    email_address: [`person${n}@example.com`],
    created_at: createdAt(n),
  }));
  const { body } = await world.standIn.control('POST', '/users/import', { users });
  expect(await world.run()).toMatchObject({ status: 'repaired', created: USERS });
  return { world, ids: (body as { ids: string[] }).ids };
}

/** Whenever the run asks, something happens: twice before Clerk hears of it, once before the run has the answer. */
function keepBusy({ proxy }: ReconcilerWorld, clerk: BusyClerk): () => void {
  const happens = async (kind: string, times: number): Promise<void> => {
    if (kind !== 'page' && kind !== 'count') return;
    for (let time = 0; time < times; time += 1) await clerk.somethingHappens();
  };
  proxy.before = ({ kind }) => happens(kind, 2);
  proxy.after = ({ kind }) => happens(kind, 1);
  return () => {
    proxy.before = () => Promise.resolve();
    proxy.after = () => Promise.resolve();
  };
}

/** Everything that was not lost has been delivered. */
async function settleWebhooks({ standIn }: ReconcilerWorld): Promise<void> {
  for (;;) {
    const { body } = await standIn.control('POST', '/webhooks/flush');
    if (Object.values(body as Record<string, number>).every((count) => count === 0)) return;
  }
}

function report(seed: number, clerk: BusyClerk, { answers }: WebhookEndpoint, first: object): void {
  const told = `${JSON.stringify(clerk.happened)}; webhooks answered ${JSON.stringify(answers)}`;
  process.stdout.write(`Busy Clerk, seed ${seed}: ${told}; the run beside it: ${JSON.stringify(first)}\n`);
}

describe('A full run beside people who come, change and go, half of whose webhooks are lost', () => {
  it.each(SEEDS)('buries nobody, and the next one ends equal to Clerk (seed %i)', { timeout: 90_000 }, async (seed) => {
    const { world, ids } = await startMirrored(seed);
    const endpoint = await startWebhookEndpoint(world, tables.client);
    world.standIn.clerk.setWebhookEndpoints([endpoint.url]);
    await world.standIn.control('PUT', '/faults', LOSSES);
    const clerk = new BusyClerk(world.standIn, seed, ids);

    const rest = keepBusy(world, clerk);
    const first = await world.run();
    rest();
    const buriedBeside = await world.wronglyDeleted();
    await settleWebhooks(world);
    const { status, created, updated, deleted } = first;
    report(seed, clerk, endpoint, { status, created, updated, deleted });

    expect(['repaired', 'held']).toContain(status);
    expect(buriedBeside).toEqual([]);
    const happened = Object.values(clerk.happened).reduce((sum, times) => sum + times, 0);
    expect(Math.min(...Object.values(clerk.happened))).toBeGreaterThan(0);
    // Some have come and some have not: else this would prove less than it says.
    expect(endpoint.answers[200]).toBeGreaterThan(happened / 5);
    expect(endpoint.answers[200]).toBeLessThan(happened);

    const second = await world.run();
    const { users, mismatches } = await world.compare();
    expect(mismatches).toEqual([]);
    expect(second).toMatchObject({ clerkUsers: users.clerk, storedUsers: users.clerk });
    expect(['repaired', 'in-sync']).toContain(second.status);
    expect(await world.wronglyDeleted()).toEqual([]);
    await endpoint.close();
    await world.close();
  });
});
