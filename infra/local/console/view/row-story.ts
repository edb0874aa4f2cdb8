import { isDeepStrictEqual } from 'node:util';
import { asNumber } from '../../cloud/json.ts';
import type { ItemChange } from '../sources/table-items.ts';
import { MIRRORED_FIELDS } from './mirrored.ts';
import type { Told } from './log-story.ts';

/**
 * Changes of rows that the synchronisation has not made: it raises the revision with each of its own.
 * @param isLate whether nobody has looked for a while
 */
export function storyOfRows(changes: readonly ItemChange[], at: number, isLate = false): Told[] {
  return changes.flatMap((change) => {
    const what = change.key.startsWith('user#') ? changedByHand(change) : undefined;
    if (what === undefined) return [];
    const why = isLate ? `${what.why}; nobody saw when` : what.why;
    return [{ at, who: 'table', tone: 'bad', userId: change.key.slice('user#'.length), ...what, why } as const];
  });
}

function changedByHand({ before, after }: ItemChange): { readonly what: string; readonly why: string } | undefined {
  // What is seen for the first time nobody has changed before its eyes; a tombstone goes by itself when its time is over.
  if (before === undefined || (after === undefined && before['expiresAt'] !== undefined)) return undefined;
  if (after === undefined) return { what: 'row removed', why: 'not by the synchronisation, which leaves a tombstone' };
  if (before['revision'] !== after['revision']) return undefined;
  const fields = MIRRORED_FIELDS.filter((field) => !isDeepStrictEqual(before[field], after[field]));
  if (fields.length === 0) return undefined;
  return {
    what: `row changed by hand: ${fields.join(', ')}`,
    why: `revision ${asNumber(after['revision']) ?? ''} as before`,
  };
}
