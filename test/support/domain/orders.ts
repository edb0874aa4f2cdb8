/**
 * Tries every order of every small set of snapshots without playing each order on its own.
 *
 * The rule sees nothing but the stored state, so two orders of the same snapshots that have led to one state go on alike.
 * For each set it is therefore enough to know the states that its orders can end in, and how many orders end in each:
 * those of the set without its last snapshot, one step on, for each snapshot that can be the last. No order is left out,
 * and the counts prove it: they add up to n! for each set of n.
 */
import type { Decision } from '../../../shared/domain/decision.ts';
import { merge } from '../../../shared/domain/merge.ts';
import type { Snapshot } from '../../../shared/domain/snapshot.ts';
import type { MirroredUser } from '../../../shared/domain/user.ts';
import { frozen } from './builders.ts';
import { checkStep } from './invariants.ts';

/** A stored state by its number; 0 is "nothing stored". */
type StateId = number;

interface Step {
  readonly decision: Decision;
  readonly to: StateId;
}

/** The rule as a machine with numbered states. Every step is taken once, and held against the invariants. */
export interface Machine {
  step(from: StateId, snapshot: Snapshot): Step;
  /** What a view says about a state, as text; worked out once for each state and name. */
  about(id: StateId, name: string, view: (user: MirroredUser | undefined) => unknown): string;
  /** Distinct steps taken so far. */
  steps(): number;
  states(): number;
}

/** One text for one state, whatever the order in which the rule put its parts together. */
function textOf(user: MirroredUser): string {
  return JSON.stringify(user, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

export function createMachine(now: number): Machine {
  const users: (MirroredUser | undefined)[] = [undefined];
  const idOf = new Map<string, StateId>();
  const taken = new Map<Snapshot, Map<StateId, Step>>();
  const views = new Map<string, string>();
  let steps = 0;

  function numbered(user: MirroredUser): StateId {
    const text = textOf(user);
    const known = idOf.get(text);
    if (known !== undefined) return known;
    users.push(frozen(user));
    idOf.set(text, users.length - 1);
    return users.length - 1;
  }

  function take(from: StateId, snapshot: Snapshot): Step {
    const user = users[from];
    const decision = merge(user, frozen(snapshot), now);
    checkStep(user, snapshot, decision, now);
    steps += 1;
    return { decision, to: decision.ask ? from : numbered(decision.next) };
  }

  return {
    step(from, snapshot) {
      const ofSnapshot = taken.get(snapshot) ?? new Map<StateId, Step>();
      taken.set(snapshot, ofSnapshot);
      const step = ofSnapshot.get(from) ?? take(from, snapshot);
      ofSnapshot.set(from, step);
      return step;
    },
    about(id, name, view) {
      const key = `${name} ${id}`;
      const text = views.get(key) ?? JSON.stringify(view(users[id]));
      views.set(key, text);
      return text;
    },
    steps: () => steps,
    states: () => users.length,
  };
}

/** The states in which the orders of one set end, each with the number of orders that end in it. */
type Ends = ReadonlyMap<StateId, number>;

export interface OrdersOf<Piece> {
  readonly pieces: readonly Piece[];
  readonly ends: Ends;
  /** The same for the set without one of its pieces: where the last step begins. */
  readonly endsWithout: (piece: Piece) => Ends;
}

/**
 * Goes through every set of up to `largest` pieces, small sets first.
 *
 * @param pieces at most 30
 * @param play where one more piece leads from a state
 */
export function* everyOrder<Piece>(
  pieces: readonly Piece[],
  largest: number,
  play: (from: StateId, piece: Piece) => StateId,
): Generator<OrdersOf<Piece>> {
  const endsOf = new Map<number, Ends>([[0, new Map([[0, 1]])]]);
  for (let size = 1; size <= largest; size += 1) {
    for (const members of combinations(pieces.length, size)) {
      const set = members.reduce((bits, member) => bits | (1 << member), 0);
      const ends = new Map<StateId, number>();
      const bitOf = new Map(members.map((member) => [pieces[member], 1 << member]));
      const endsWithout = (piece: Piece | undefined): Ends => endsOf.get(set & ~(bitOf.get(piece) ?? 0)) ?? new Map();
      const chosen = pieces.filter((_piece, index) => (set & (1 << index)) !== 0);
      for (const last of chosen) {
        for (const [from, orders] of endsWithout(last)) {
          const to = play(from, last);
          ends.set(to, (ends.get(to) ?? 0) + orders);
        }
      }
      endsOf.set(set, ends);
      yield { pieces: chosen, ends, endsWithout };
    }
  }
}

/** Every choice of `size` of the numbers below `count`, ascending. */
function* combinations(count: number, size: number, from = 0): Generator<number[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let first = from; first <= count - size; first += 1) {
    for (const rest of combinations(count, size - 1, first + 1)) yield [first, ...rest];
  }
}
