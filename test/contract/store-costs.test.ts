import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DirectoryUser } from '../../shared/ports/user-directory.ts';
import type { RosterAdminDependencies } from '../../shared/sync/roster/dependencies.ts';
import { createDynamoDbUserStore } from '../../shared/adapters/dynamodb/user-store.ts';
import type { Snapshot } from '../../shared/domain/snapshot.ts';
import { aUser, create } from '../support/contracts/users.ts';
import { meter } from '../support/dynamodb/bill.ts';
import { startTestTables } from '../support/dynamodb/test-tables.ts';
import type { TestTables } from '../support/dynamodb/test-tables.ts';
import { createDynamoDbRosterStore } from '../../shared/adapters/dynamodb/roster-store.ts';
import { applySnapshot } from '../../shared/sync/apply-snapshot.ts';
import { putEntry } from '../../shared/sync/roster/put-entry.ts';
import { BEGIN, openNameWorld, person } from '../support/names/name-world.ts';
import type { NameWorld } from '../support/names/name-world.ts';

let tables: TestTables;
let billOf: ReturnType<typeof meter>;
beforeAll(async () => {
  tables = await startTestTables();
  billOf = meter(tables.client);
});
afterAll(() => tables.close());

const ADA = 'ada@example.com';
const claims = { email: ADA, firstName: 'user_a', lastName: null, imageUrl: null };

it('Counting live users costs what the index rows weigh, half a unit for 4 KB, and half a unit for an empty month', async () => {
  const clock = { now: () => Date.UTC(2026, 2, 15) };
  const store = createDynamoDbUserStore({ client: tables.client, tableName: await tables.create(), clock });
  for (let n = 0; n < 300; n += 1) {
    const id = `user_${String(n).padStart(27, '0')}`;
    await create(store, aUser(id, {}, { clerkCreatedAt: Date.UTC(2026, 1, 1) + n }));
  }
  let users = 0;
  const bill = await billOf(async () => {
    for await (const month of store.countLive(Date.UTC(2026, 1))) users += month.users;
  });
  expect(users).toBe(300);
  expect(bill).toMatchObject({ requests: ['Query', 'Query', 'Query', 'Query'], writeUnits: 0 });
  // March, April and those of unknown creation are empty; 300 rows weigh 75 KB at most.
  expect(bill.readUnits).toBeGreaterThan(5);
  expect(bill.readUnits).toBeLessThanOrEqual(1.5 + 75 / 8 + 0.5);
});

describe('What the table charges', () => {
  let world: NameWorld;
  beforeEach(async () => {
    world = await openNameWorld(tables);
    await world.announce(person('user_a', ADA));
  });

  const token = (asOf: number): Snapshot => ({ source: 'token', id: 'user_a', claims, asOf });

  it('for an unchanged user is half a read unit and nothing else', async () => {
    const bill = await billOf(() => world.apply(token(BEGIN)));
    expect(bill).toEqual({ requests: ['GetItem'], readUnits: 0.5, writeUnits: 0, indexWriteUnits: 0 });
  });

  it('for an event that comes again is half a read unit too', async () => {
    const bill = await billOf(() => world.announce(person('user_a', ADA)));
    expect(bill).toEqual({ requests: ['GetItem'], readUnits: 0.5, writeUnits: 0, indexWriteUnits: 0 });
  });

  it('for a changed user whose names stay is one write request of one unit, and one for the index', async () => {
    const changed = person('user_a', ADA, { asOf: BEGIN + 60_000, record: { banned: true } });
    const bill = await billOf(() => world.announce(changed));
    expect(bill).toEqual({ requests: ['GetItem', 'UpdateItem'], readUnits: 0.5, writeUnits: 2, indexWriteUnits: 1 });
  });

  it('for a user created from a token is one write request', async () => {
    const bill = await billOf(() => world.apply({ ...token(BEGIN), id: 'user_b' }));
    expect(bill).toMatchObject({ requests: ['GetItem', 'UpdateItem'], writeUnits: 2, indexWriteUnits: 1 });
  });

  it('for a user whose names move is one transaction, at the double price', async () => {
    const bill = await billOf(() => world.announce(person('user_b', 'bea@example.com')));
    expect(bill.requests).toEqual(['GetItem', 'TransactWriteItems']);
    // The user, the email and the username, two units each; the index has one row more.
    expect(bill.writeUnits - bill.indexWriteUnits).toBe(6);
  });
});

describe('What the table charges where there is a roster', () => {
  let world: NameWorld;
  let deps: RosterAdminDependencies;
  beforeEach(async () => {
    world = await openNameWorld(tables);
    const roster = createDynamoDbRosterStore({ ...world.deps, client: tables.client, tableName: world.tableName });
    deps = { ...world.deps, roster: { store: roster, isOn: true, cohort: {} } };
  });

  const announce = (user: DirectoryUser) =>
    applySnapshot(deps, { source: 'event', ...user, seenAt: user.asOf + 500 }, { path: 'webhook', budgetMs: 5_000 });

  it.each([
    ['who was registered', true],
    ['for whom an entry is made', false],
  ])('for a new user %s is one read more, and one item more in her transaction', async (_name, isRegistered) => {
    if (isRegistered) await putEntry(deps, { email: 'bea@example.com', attributes: { role: 'poet' } });
    const bill = await billOf(() => announce(person('user_b', 'bea@example.com')));
    expect(bill.requests).toEqual(['GetItem', 'GetItem', 'TransactWriteItems']);
    // Half a unit for the user as before, and half or one for the entry, by whether there is one to read.
    expect(bill.readUnits).toBeLessThanOrEqual(1.5);
    expect(bill.writeUnits - bill.indexWriteUnits).toBe(8);
  });

  it('for whoever is written without a move of her address is what it is without one', async () => {
    await announce(person('user_b', 'bea@example.com'));
    const changed = person('user_b', 'bea@example.com', { asOf: BEGIN + 60_000, record: { banned: true } });
    const bill = await billOf(() => announce(changed));
    expect(bill).toEqual({ requests: ['GetItem', 'UpdateItem'], readUnits: 0.5, writeUnits: 2, indexWriteUnits: 1 });
  });

  it('for a change of address is two reads and two items more', async () => {
    await announce(person('user_b', 'bea@example.com'));
    const bill = await billOf(() => announce(person('user_b', 'new@example.com', { asOf: BEGIN + 60_000 })));
    expect(bill.requests).toEqual(['GetItem', 'GetItem', 'GetItem', 'TransactWriteItems']);
    // The user, two addresses and two entries; without a roster it is six.
    expect(bill.writeUnits - bill.indexWriteUnits).toBe(10);
  });
});
