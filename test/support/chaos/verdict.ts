import type { Mismatch } from '../oracle.ts';
import { compareMirror, scan } from '../oracle.ts';
import type { ChaosCloud } from './chaos-cloud.ts';
import type { People } from './people.ts';
import type { Accepted, Witness } from './witness.ts';

type Items = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/** Whatever the table has, by key, past the faults. */
export async function itemsOf({ stack }: ChaosCloud): Promise<Items> {
  return new Map((await scan(stack)).map((item) => [String(item['pk']), item]));
}

/**
 * The messages that were answered with a 2xx and of which the table knows nothing: neither it nor anything newer was stored, the
 * user lies under no tombstone, and the quarantine does not have it.
 */
export function lostWebhooks({ accepted }: Pick<Witness, 'accepted'>, items: Items): readonly string[] {
  const lost = [...accepted.values()].filter((message) => !isKept(message, items));
  return lost.map(({ type, userId, messageId }) => `${type} of ${userId} (${messageId})`);
}

function isKept({ type, userId, messageId, asOf = 0 }: Accepted, items: Items): boolean {
  if (items.has(`quarantine#${messageId}`)) return true;
  const user = items.get(`user#${userId}`);
  if (user?.['deletedAt'] !== undefined) return true;
  if (user === undefined || type === 'user.deleted') return false;
  return Number(user['profileAsOf']) >= asOf && Number(user['recordAsOf']) >= asOf;
}

/** The attributes that are not what was acknowledged to the client last, or may have become of it since. */
export function lostAttributes({ all }: Pick<People, 'all'>, items: Items): readonly string[] {
  return all.flatMap(({ id, app }) => {
    const stored = items.get(`user#${id}`)?.['app'] as Readonly<Record<string, string>> | undefined;
    return [...app].filter(([name, possible]) => !possible.has(stored?.[name])).map(([name]) => `${name} of ${id}`);
  });
}

export function quarantined(items: Items): readonly string[] {
  return [...items.keys()].filter((key) => key.startsWith('quarantine#'));
}

/** Between Clerk and the table, field by field. */
export async function mismatchesOf({ stack }: ChaosCloud): Promise<readonly Mismatch[]> {
  return (await compareMirror(stack)).mismatches;
}
