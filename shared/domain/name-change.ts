import type { Name } from './names.ts';
import { nameKey } from './names.ts';
import type { NameMove } from './plan-names.ts';

/** What one transaction does to one reservation: all moves of its users that concern the name. */
export interface NameChange {
  readonly name: Name;
  /** A write of a user that makes this change: no other change ever has the same. */
  readonly by: string;
  readonly takenBy?: string;
  /** The last owner, a deleted user: whoever takes the name comes back as her and inherits her attributes. */
  readonly inheritedFrom?: string;
  readonly releasedBy?: string;
  /** Whether whoever releases it is remembered as its last owner. */
  readonly isRetired?: boolean;
  readonly waiting: readonly string[];
  readonly leaving: readonly string[];
  /** The last owner who is to be forgotten. */
  readonly forgotten?: string;
}

/** The moves of one user, as a transaction makes them. */
export interface UserMoves {
  readonly userId: string;
  /** Of the user, after the transaction. */
  readonly revision: number;
  readonly moves: readonly NameMove[];
  readonly inheritFrom?: string | undefined;
}

/** Brings the moves of several users together, one change for each name. */
export function nameChanges(users: readonly UserMoves[]): readonly NameChange[] {
  const changes = new Map<string, NameChange>();
  for (const user of users) {
    const by = `${user.userId}#${user.revision}`;
    for (const move of user.moves) {
      const key = nameKey(move.name);
      changes.set(key, withMove(changes.get(key) ?? { name: move.name, by, waiting: [], leaving: [] }, move, user));
    }
  }
  return [...changes.values()];
}

function withMove(change: NameChange, { action, name }: NameMove, { userId, inheritFrom }: UserMoves): NameChange {
  switch (action) {
    case 'take':
      return {
        ...change,
        takenBy: userId,
        ...(name.kind === 'email' && inheritFrom !== undefined && { inheritedFrom: inheritFrom }),
      };
    case 'release':
    case 'retire':
      return { ...change, releasedBy: userId, isRetired: action === 'retire' };
    case 'wait':
      return { ...change, waiting: [...change.waiting, userId] };
    case 'leave':
      return { ...change, leaving: [...change.leaving, userId] };
    case 'forget':
      return { ...change, forgotten: userId };
    default:
      return action satisfies never;
  }
}
