import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { createUserDirectory } from '../../shared/adapters/clerk/user-directory.ts';
import { synchronisedAttributes, isoTime, userKey } from '../../shared/adapters/dynamodb/user-item.ts';
import { createMemoryLog } from '../../shared/adapters/memory/log.ts';
import { createMemoryMetrics } from '../../shared/adapters/memory/metrics.ts';
import { createMemoryUserStore } from '../../shared/adapters/memory/user-store.ts';
import { systemClock as clock } from '../../shared/adapters/system/clock.ts';
import { createSystemRandom } from '../../shared/adapters/system/random.ts';
import { systemTimers as timers } from '../../shared/adapters/system/timers.ts';
import { TABLE } from '../../shared/names/table.ts';
import type { DirectoryUser } from '../../shared/ports/user-directory.ts';
import type { UserStore, UserWrite } from '../../shared/ports/user-store.ts';
import { applySnapshot } from '../../shared/sync/apply-snapshot.ts';
import { readSnapshot } from '../../shared/sync/read-user.ts';
import type { MirrorTable } from './mirrors.ts';
import type { ServedClerk } from './process/clerk.ts';
import { sizeOfItem } from './item-size.ts';

export interface LoadedTable {
  readonly rows: number;
  /** Of all rows of the index together. */
  readonly indexBytes: number;
}

type Item = Readonly<Record<string, unknown>>;

const PAGE = 500;
/** A call of `BatchWriteItem` takes so many. */
const BATCH = 25;
/** Calls under way at the same time. */
const AT_ONCE = 4;

/**
 * Fills a table with every user of Clerk as a full run of ours would have left them, by the one rule and by the product's own
 * mapping, but in batches: a run writes each in a transaction with her two names. The names are left out: a run that finds
 * nothing changed does not look at them.
 */
export async function loadTable(table: MirrorTable, { url, secretKey }: ServedClerk): Promise<LoadedTable> {
  const directory = createUserDirectory({ apiUrl: url, secretKey: () => secretKey, timers, timeoutMs: 60_000 });
  let loaded = { rows: 0, indexBytes: 0 };
  let last: string | undefined;
  for (;;) {
    const users = await directory.listUsers({ limit: PAGE, ...(last !== undefined && { startingAfter: last }) });
    last = users.at(-1)?.id;
    if (last === undefined) return loaded;
    const items = await itemsOf(users);
    await putAll(table, items);
    const bytes = items.reduce((sum, item) => sum + sizeOfItem(projected(item)), 0);
    loaded = { rows: loaded.rows + items.length, indexBytes: loaded.indexBytes + bytes };
  }
}

/** What the store is asked to write when it has never heard of these users. */
async function itemsOf(users: readonly DirectoryUser[]): Promise<readonly Item[]> {
  const writes: UserWrite[] = [];
  const memory = createMemoryUserStore({ clock });
  const store: UserStore = {
    ...memory,
    write(write, options) {
      writes.push(write);
      return memory.write(write, options);
    },
  };
  const parts = { clock, timers, random: createSystemRandom(), log: createMemoryLog(), metrics: createMemoryMetrics() };
  for (const user of users) {
    const snapshot = readSnapshot(user, clock.now(), 'none');
    await applySnapshot({ ...parts, store, returningUser: 'fresh' }, snapshot, { path: 'reconciler', budgetMs: 5_000 });
  }
  return writes.map(itemOf);
}

function itemOf(write: UserWrite): Item {
  const attributes = Object.entries(synchronisedAttributes(write)).filter(([, value]) => value !== undefined);
  const created = { createdAt: isoTime(write.now), app: {} };
  return { [TABLE.partitionKey]: userKey(write.next.id), ...Object.fromEntries(attributes), ...created };
}

/** What of an item is on the index. */
function projected(item: Item): Item {
  const { partitionKey, index } = TABLE;
  const names = [partitionKey, index.partitionKey, index.sortKey, ...index.projected];
  return Object.fromEntries(names.map((name) => [name, item[name]]));
}

async function putAll({ client, tableName }: MirrorTable, items: readonly Item[]): Promise<void> {
  const batches = Array.from({ length: Math.ceil(items.length / BATCH) }, (_, n) =>
    items.slice(n * BATCH, (n + 1) * BATCH),
  );
  const work = async (): Promise<void> => {
    for (let batch = batches.pop(); batch !== undefined; batch = batches.pop()) {
      const requests = batch.map((Item) => ({ PutRequest: { Item } }));
      const { UnprocessedItems = {} } = await client.send(
        new BatchWriteCommand({ RequestItems: { [tableName]: requests } }),
      );
      if (Object.keys(UnprocessedItems).length > 0) throw new Error('The engine did not take all of a batch.');
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}
