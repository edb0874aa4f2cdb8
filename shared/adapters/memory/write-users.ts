import type { JsonObject } from '../../domain/json.ts';
import type { UserMoves } from '../../domain/name-change.ts';
import { nameChanges } from '../../domain/name-change.ts';
import type { StoredUser } from '../../domain/user.ts';
import type { JointWriteResult, NamesChanged, UserWrite, WriteResult } from '../../ports/user-store.ts';
import { LeaseLost } from '../../ports/user-store.ts';
import { writtenUser } from '../../ports/written-user.ts';
import { secondsOf } from '../dynamodb/expiry.ts';
import { refuseUnstorable } from '../dynamodb/storable-user.ts';
import type { MemoryLeaseStore } from './lease-store.ts';
import type { MemoryReservations } from './reservations.ts';
import type { MemoryRosterStore } from './roster-store.ts';
import type { UserItem, UserItems } from './user-items.ts';

/** What a memory store keeps. */
export interface MemoryTable {
  readonly items: UserItems;
  readonly reservations: MemoryReservations;
  readonly lease: Pick<MemoryLeaseStore, 'isHeld'>;
  readonly roster: Pick<MemoryRosterStore, 'isAsRead' | 'make'>;
}

export function writeUser(table: MemoryTable, write: UserWrite): WriteResult {
  const result = writeAll(table, [write]);
  if (result.status !== 'written') return result;
  const [user] = result.users;
  if (!user) throw new Error('A write of one user has left none.');
  return { status: 'written', user };
}

export function writeUsers(table: MemoryTable, writes: readonly UserWrite[]): JointWriteResult {
  const result = writeAll(table, writes);
  return result.status === 'lost' ? { status: 'lost' } : result;
}

type Result =
  | { readonly status: 'written'; readonly users: readonly StoredUser[] }
  | { readonly status: 'lost'; readonly current: StoredUser | undefined }
  | NamesChanged;

/** All or nothing: every user has the revision that was expected, and every name is as its change takes it to be. */
function writeAll({ items, reservations, lease, roster }: MemoryTable, writes: readonly UserWrite[]): Result {
  for (const write of writes) refuseUnstorable(write, appAfter(write, write.expected?.app ?? {}, items));
  if (writes.some((write) => write.lease && !lease.isHeld(write.lease))) {
    throw new LeaseLost('Another run has taken the lease meanwhile: this one may not write any more.');
  }
  const lost = writes.find(({ next, expected }) => items.living(next.id)?.user.revision !== expected?.revision);
  if (lost) return { status: 'lost', current: items.living(lost.next.id)?.user };
  const changes = nameChanges(writes.map(movesOf));
  const seen = reservations.unmet(changes);
  const entries = writes.flatMap((write) => write.roster?.changes ?? []);
  if (seen.length > 0 || !entries.every(roster.isAsRead)) return { status: 'names-changed', seen };
  const users = writes.map((write) => put(items, write));
  const [first] = writes;
  reservations.make(changes, first?.now ?? 0);
  for (const entry of entries) roster.make(entry);
  return { status: 'written', users };
}

function movesOf({ next, expected, moves, inheritFrom }: UserWrite): UserMoves {
  return { userId: next.id, revision: (expected?.revision ?? 0) + 1, moves, inheritFrom };
}

/** @returns the user as the writer is told of it: where names move, the table does not tell what the application has added */
function put(items: UserItems, write: UserWrite): StoredUser {
  const current = items.living(write.next.id);
  const user = writtenUser(write, appAfter(write, current?.user.app ?? {}, items));
  items.put({ user, fingerprint: write.fingerprint, expiresAt: expiryAfterWrite(write, current) });
  const isAlone = write.moves.length === 0 && (write.roster?.changes ?? []).length === 0;
  const isTold = isAlone || write.inheritFrom !== undefined || write.erase !== undefined;
  return isTold ? user : { ...user, app: write.expected?.app ?? {} };
}

function appAfter({ expected, erase, inheritFrom }: UserWrite, current: JsonObject, items: UserItems): JsonObject {
  const own = erase || !expected ? {} : current;
  return inheritFrom === undefined ? own : { ...items.any(inheritFrom)?.user.app, ...own };
}

function expiryAfterWrite({ next, expected, erase }: UserWrite, current: UserItem | undefined): number | undefined {
  if (erase) return erase.expiresAt === undefined ? undefined : secondsOf(erase.expiresAt);
  return expected && next.tombstone ? current?.expiresAt : undefined;
}
