/**
 * A second opinion on what the table must hold: maps a Clerk user to the expected item on its own, straight from the
 * design, and imports nothing from `shared` or `functions`. Where it and the product disagree, one of them is wrong.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { isDeepStrictEqual } from 'node:util';

type Json = Record<string, unknown>;

/** Where to find both sides; `.local/stack.json` has these fields. */
export interface MirrorLocation {
  readonly clerk: string;
  readonly secretKey: string;
  readonly dynamodb: string;
  readonly region: string;
  readonly tableName: string;
}

export interface Mismatch {
  readonly userId: string;
  readonly field: string;
  /** Whether the field, or the whole user, is missing, surplus or different: never the values. */
  readonly kind: 'missing' | 'surplus' | 'different';
}

export interface Comparison {
  readonly users: { readonly clerk: number; readonly table: number };
  readonly mismatches: readonly Mismatch[];
}

/** The attributes that a live user's item must have, and their values; of the username, only one that Clerk has given. */
function expectedItem(user: Json): Json {
  const primary = primaryAddress(user);
  const address = primary ? String(primary['email_address']) : null;
  const verified = (primary?.['verification'] as Json | null | undefined)?.['status'] === 'verified';
  const createdAt = Number(user['created_at']);
  const id = String(user['id']);
  return {
    id,
    email: address,
    // A session token cannot tell an empty text from none: the design compares the two sources, so both are null.
    firstName: user['first_name'] || null,
    lastName: user['last_name'] || null,
    imageUrl: user['image_url'] || null,
    ...(user['username'] ? { username: user['username'] } : {}),
    verifiedEmail: address !== null && verified ? address.trim().normalize('NFC').toLowerCase() : null,
    externalId: user['external_id'] ?? null,
    banned: user['banned'] === true,
    deprovisioned: user['deprovisioned'] === true,
    publicMetadata: user['public_metadata'] ?? {},
    clerkCreatedAt: createdAt,
    group: `created#${new Date(createdAt).toISOString().slice(0, 7)}`,
    sort: `${String(createdAt).padStart(13, '0')}#${id}`,
  };
}

/** Compares every Clerk user with every live user of the table, field by field. */
export async function compareMirror(where: MirrorLocation): Promise<Comparison> {
  const [clerk, items] = await Promise.all([readClerk(where), scan(where)]);
  const table = liveUsers(items);
  const owners = new Map(items.map((item) => [String(item['pk']), item['owner']]));
  const missing = [...clerk.keys()].filter((id) => !table.has(id));
  const surplus = [...table.keys()].filter((id) => !clerk.has(id));
  const different = [...clerk].flatMap(([id, user]) => {
    const item = table.get(id);
    return item ? differingFields(user, item, owners).map((field) => ({ id, field })) : [];
  });
  return {
    users: { clerk: clerk.size, table: table.size },
    mismatches: [
      ...missing.map((userId): Mismatch => ({ userId, field: 'user', kind: 'missing' })),
      ...surplus.map((userId): Mismatch => ({ userId, field: 'user', kind: 'surplus' })),
      ...different.map(({ id, field }): Mismatch => ({ userId: id, field, kind: 'different' })),
    ],
  };
}

function differingFields(user: Json, item: Json, owners: ReadonlyMap<string, unknown>): string[] {
  const expected = expectedItem(user);
  return [
    ...Object.keys(expected).filter((field) => !isDeepStrictEqual(expected[field], item[field])),
    // Where Clerk has none it is derived once, from an email that may have changed since: that it is nobody else's must do.
    ...(typeof item['username'] === 'string' && item['username'] !== '' ? [] : ['username']),
    ...['email', 'username']
      .filter((kind) => !isReserved(kind, expected, item, owners))
      .map((kind) => `${kind} reservation`),
  ];
}

/** Whether the verified email, and the username, belong to this user and no one else. */
function isReserved(kind: string, expected: Json, item: Json, owners: ReadonlyMap<string, unknown>): boolean {
  const value = kind === 'email' ? expected['verifiedEmail'] : item['username'];
  if (typeof value !== 'string') return kind === 'email';
  return owners.get(`${kind}#${value.trim().normalize('NFC').toLowerCase()}`) === item['id'];
}

/** The item of one user as the table has it, tombstones included. */
export async function readItem(where: MirrorLocation, userId: string): Promise<Json | undefined> {
  return (await scan(where)).find((item) => item['pk'] === `user#${userId}`);
}

function primaryAddress(user: Json): Json | undefined {
  const addresses = (user['email_addresses'] ?? []) as Json[];
  return addresses.find((address) => address['id'] === user['primary_email_address_id']);
}

async function readClerk(where: MirrorLocation): Promise<Map<string, Json>> {
  const users = new Map<string, Json>();
  for (let offset = 0; ; offset += 500) {
    const response = await fetch(`${where.clerk}/v1/users?limit=500&offset=${offset}&order_by=%2Bcreated_at`, {
      headers: { authorization: `Bearer ${where.secretKey}` },
    });
    if (!response.ok) throw new Error(`The oracle could not read Clerk's users: status ${response.status}.`);
    const page = (await response.json()) as Json[];
    for (const user of page) users.set(String(user['id']), user);
    if (page.length < 500) return users;
  }
}

function liveUsers(items: readonly Json[]): Map<string, Json> {
  const live = items.filter((item) => String(item['pk']).startsWith('user#') && item['deletedAt'] === undefined);
  return new Map(live.map((item) => [String(item['pk']).slice('user#'.length), item]));
}

/** Everything that the table holds. */
export async function scan(where: Omit<MirrorLocation, 'clerk' | 'secretKey'>): Promise<Json[]> {
  const client = new DynamoDBClient({
    endpoint: where.dynamodb,
    region: where.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const documents = DynamoDBDocumentClient.from(client);
  const items: Json[] = [];
  let from: Json | undefined;
  do {
    const page = await documents.send(
      new ScanCommand({ TableName: where.tableName, ExclusiveStartKey: from, ConsistentRead: true }),
    );
    items.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from);
  client.destroy();
  return items;
}
