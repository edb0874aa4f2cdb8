import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { JsonObject } from '../../domain/json.ts';
import type { StoredUser } from '../../domain/user.ts';
import { TABLE } from '../../names/table.ts';
import type { CallOptions, UserWrite } from '../../ports/user-store.ts';
import { writtenUser } from '../../ports/written-user.ts';
import { secondsOf } from './expiry.ts';
import type { Expression } from './expression.ts';
import { allOf, anyOf, noItem, notPastExpiry, pastExpiry, revisionIs, update } from './expression.ts';
import type { InheritedApp } from './inherited-app.ts';
import { inheritedApp } from './inherited-app.ts';
import { refuseUnstorable } from './storable-user.ts';
import type { TableAccess } from './table-access.ts';
import type { ItemChange } from './user-item.ts';
import { isoTime, synchronisedAttributes } from './user-item.ts';

/** A write in DynamoDB's words. */
export interface PreparedWrite {
  readonly write: UserWrite;
  readonly update: Expression;
  readonly condition: Expression;
  /** What `app` becomes, where this write changes it. */
  readonly app: JsonObject | undefined;
}

/**
 * Puts a write into DynamoDB's words: an update that names the synchronisation's attributes only, never a put, so that what
 * the application keeps in `app` survives.
 *
 * @throws UnstorableUser, and StoreUnavailable where attributes that are inherited cannot be read
 */
export async function prepareWrite(table: TableAccess, write: UserWrite, options: CallOptions): Promise<PreparedWrite> {
  const { expected, erase, inheritFrom, next } = write;
  refuseUnstorable(write, erase ? {} : (expected?.app ?? {}));
  const plain = {
    write,
    update: update(changeOf(write)),
    condition: conditionOf(write, table.clock.now()),
    app: expected && !erase ? undefined : {},
  };
  if (inheritFrom === undefined) return plain;
  const inherited = await inheritedApp(table, inheritFrom, expected && next.id, options);
  refuseUnstorable(write, inherited.json);
  return withApp(plain, inherited);
}

/** A creation may stand on what is left of an item past its time: none of that may live on, nor its time to live. */
function changeOf(write: UserWrite): ItemChange {
  const { expected, erase, inheritFrom, next, now, roster } = write;
  const attributes = synchronisedAttributes(write);
  const expiresAt = erase?.expiresAt === undefined ? undefined : secondsOf(erase.expiresAt);
  return {
    ...attributes,
    ...(!expected && { createdAt: isoTime(now), runChange: attributes['runChange'] }),
    ...mendedAttributes(write, attributes),
    ...((!expected || erase || inheritFrom !== undefined) && { previousClerkUserId: inheritFrom }),
    ...((!expected || erase || roster) && { rosterEmail: roster?.link }),
    ...((!expected || erase) && inheritFrom === undefined && { app: new Map() }),
    // A tombstone that is written again keeps its time to live.
    ...((!expected || erase || !next.tombstone) && { [TABLE.timeToLive]: expiresAt }),
  };
}

/** What no other write of an item names, where it could not be read. */
function mendedAttributes({ expected, roster }: UserWrite, attributes: ItemChange): ItemChange {
  const unreadable = expected?.item?.unreadable ?? [];
  return {
    ...(expected && unreadable.includes('createdAt') && { createdAt: isoTime(expected.createdAt) }),
    ...(unreadable.includes('runChange') && { runChange: attributes['runChange'] }),
    ...(unreadable.includes('rosterEmail') && { rosterEmail: roster?.link }),
    ...(unreadable.includes('previousClerkUserId') && { previousClerkUserId: undefined }),
  };
}

function conditionOf({ expected }: UserWrite, now: number): Expression {
  return expected ? allOf(revisionIs(expected.revision), notPastExpiry(now)) : anyOf(noItem(), pastExpiry(now));
}

/** Takes inherited attributes over as they are, on condition that the application has not written in between. */
function withApp(plain: PreparedWrite, { app, own, json }: InheritedApp): PreparedWrite {
  const raw: Record<string, AttributeValue> = { ':app': app, ...(own && { ':ownApp': own }) };
  return {
    ...plain,
    app: json,
    update: {
      ...plain.update,
      text: plain.update.text.replace(/^SET /, 'SET #app = :app, '),
      names: { ...plain.update.names, '#app': 'app' },
      asTheyAre: raw,
    },
    condition: own ? { ...plain.condition, text: `${plain.condition.text} AND #app = :ownApp` } : plain.condition,
  };
}

/** The user as a write has left it; with `app` as it was read, where the write did not change it. */
export function userAfter({ write, app }: PreparedWrite): StoredUser {
  return writtenUser(write, app ?? write.expected?.app ?? {});
}
