/**
 * A second opinion on names: looks at the items themselves, as the design describes them, and imports nothing from the
 * product. What it finds wrong, it says in words.
 */
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

type Item = Readonly<Record<string, unknown>>;

export interface NameAudit {
  /** Broken at any moment: a name with two owners, an owner who does not know, a user whom nobody knows to wait. */
  readonly broken: readonly string[];
  /** Open until the conflict is resolved: a name that nobody has and somebody waits for. */
  readonly open: readonly string[];
  /** Id of the owner of each name that has one, by key. */
  readonly owners: ReadonlyMap<string, string>;
}

export async function scanTable(client: DynamoDBDocumentClient, tableName: string): Promise<Item[]> {
  const items: Item[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({ TableName: tableName, ConsistentRead: true, ExclusiveStartKey: from }),
    );
    items.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from);
  return items;
}

const KINDS = [
  { kind: 'email', held: 'reservedEmail', claimed: 'verifiedEmail' },
  { kind: 'username', held: 'reservedUsername', claimed: 'username' },
] as const;

export function auditNames(items: readonly Item[]): NameAudit {
  const users = new Map(items.filter(keyStarts('user#')).map((item) => [String(item['id']), item]));
  const reservations = new Map(
    items.filter((item) => /^(?:email|username)#/.test(String(item['pk']))).map((item) => [String(item['pk']), item]),
  );
  const owners = new Map(
    [...reservations].flatMap(([key, item]) => {
      const owner = textOf(item['owner']);
      return owner === undefined ? [] : [[key, owner] as const];
    }),
  );
  const broken = [
    ...[...users.values()].flatMap((user) => KINDS.flatMap((names) => wrongWithUser(user, names, reservations))),
    ...[...owners].flatMap(([key, owner]) => wrongWithOwner(key, users.get(owner))),
  ];
  const open = [...reservations].flatMap(([key, { owner, claimants }]) =>
    owner === undefined && claimants instanceof Set
      ? [`${key} is free, and ${[...claimants].join(', ')} waits for it`]
      : [],
  );
  return { broken, open, owners };
}

function keyStarts(prefix: string): (item: Item) => boolean {
  return (item) => String(item['pk']).startsWith(prefix);
}

function wrongWithUser(
  user: Item,
  { kind, held, claimed }: (typeof KINDS)[number],
  reservations: ReadonlyMap<string, Item>,
): string[] {
  const id = String(user['id']);
  const isLive = user['deletedAt'] === undefined;
  const has = textOf(user[held]);
  if (!isLive) return has === undefined ? [] : [`${id} is deleted and still has a ${kind}`];
  const claim = kind === 'username' && user['usernameDerived'] ? undefined : normalised(user[claimed]);
  const problems: string[] = [];
  if (has !== undefined && reservations.get(`${kind}#${has}`)?.['owner'] !== id) {
    problems.push(`${id} believes to have the ${kind} ${has}, whose reservation says otherwise`);
  }
  if (claim !== undefined && claim !== has) {
    const claimants = reservations.get(`${kind}#${claim}`)?.['claimants'];
    const waits = claimants instanceof Set && claimants.has(id);
    if (!waits) problems.push(`${id} waits for the ${kind} ${claim}, and its reservation does not know`);
  }
  return problems;
}

function wrongWithOwner(key: string, user: Item | undefined): string[] {
  const [kind = '', value = ''] = key.split(/#(.*)/s);
  const held = KINDS.find((names) => names.kind === kind)?.held ?? '';
  return user?.[held] === value ? [] : [`${key} belongs to a user who does not have it`];
}

function normalised(value: unknown): string | undefined {
  const text = textOf(value)?.normalize('NFC').trim().toLowerCase();
  return text === '' ? undefined : text;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
