import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { TABLE } from '../../names/table.ts';
import type { AuditEntry, AuditRequest, AuditStore } from '../../ports/audit-store.ts';
import type { Page } from '../../ports/page.ts';
import type { Attributes } from './attribute-value.ts';
import { sortKey, timeKey } from './creation-index.ts';
import { callTable } from './errors.ts';
import { AUDIT_DAYS, expiryAfter } from './expiry.ts';
import { readIndexPage } from './index-page.ts';
import { readerOf } from './read-attributes.ts';
import type { TableAccess } from './table-access.ts';
import { readItem } from './table-access.ts';
import { isoTime } from './user-item.ts';

/** The index partition of administrative actions. */
const AUDIT = 'audit';

export function createDynamoDbAuditStore(deps: TableAccess): AuditStore {
  return {
    record: (entry) => record(deps, entry),
    list: (page) => list(deps, page),
  };
}

async function record({ client, tableName }: TableAccess, entry: AuditEntry): Promise<void> {
  await callTable(() => client.send(new PutCommand({ TableName: tableName, Item: itemOfEntry(entry) })));
}

/** The index knows which there are; what was done stands in the item alone, as it does for runs. */
async function list(deps: TableAccess, { from = 0, ...page }: AuditRequest): Promise<Page<AuditEntry>> {
  const listed = { group: AUDIT, newestFirst: true, fromSort: timeKey(Math.max(0, from)) };
  const { items: rows, next } = await readIndexPage(deps, listed, page);
  const items = await Promise.all(rows.map((row) => readItem(deps, readerOf(row).text(TABLE.partitionKey))));
  return { items: items.filter((item) => item !== undefined).map(parseEntry), next };
}

function itemOfEntry({ id, at, keyId, action, target, result, status }: AuditEntry): Record<string, string | number> {
  return {
    [TABLE.partitionKey]: `audit#${sortKey(at, id)}`,
    id,
    at: isoTime(at),
    keyId,
    action,
    ...(target !== undefined && { target }),
    result,
    ...(status !== undefined && { status }),
    [TABLE.timeToLive]: expiryAfter(at, AUDIT_DAYS),
    [TABLE.index.partitionKey]: AUDIT,
    [TABLE.index.sortKey]: sortKey(at, id),
  };
}

function parseEntry(item: Attributes): AuditEntry {
  const read = readerOf(item);
  return {
    id: read.text('id'),
    at: read.time('at'),
    keyId: read.text('keyId'),
    action: read.text('action'),
    target: read.optionalText('target'),
    result: read.text('result'),
    status: read.optionalNumber('status'),
  };
}
