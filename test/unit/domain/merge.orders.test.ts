/**
 * The rule tried exhaustively at small scope: every order of every set of up to five of the 24 snapshots of a small world.
 * What is promised is asserted for all of them; what is not promised (ties) is asserted after one settling read.
 */
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../shared/domain/snapshot.ts';
import type { MirroredUser, Profile } from '../../../shared/domain/user.ts';
import { isOrdered } from '../../support/domain/invariants.ts';
import type { OrdersOf } from '../../support/domain/orders.ts';
import { createMachine, everyOrder } from '../../support/domain/orders.ts';
import type { Piece } from '../../support/domain/small-world.ts';
import { ANSWERS, FULL_RUNS, HISTORY, NOW, PIECES, truthOf } from '../../support/domain/small-world.ts';

const LARGEST = 5;
/** 24 + 24·23 + 24·23·22 + 24·23·22·21 + 24·23·22·21·20. */
const ALL_ORDERS = 5_368_224;
/** Those of them after which Clerk still has the user. */
const LIVE_ORDERS = 3_263_875;

/** What "the same record" means: for a tombstone its id and time (leftover fields only wait for their erasure). */
function recordOf(user: MirroredUser | undefined): unknown {
  if (!user || user.tombstone) return { id: user?.id, deletedAt: user?.tombstone?.deletedAt };
  const { id, profile, record } = user;
  const groups = [profile, record].map((group) => group && { content: group.content, asOf: group.version.asOf });
  return { id, groups, restoredAt: user.restoredAt };
}

describe('every order of every set of up to five of 24 snapshots', () => {
  it('gives the same record where equal asOf means equal content, asked or not, repeated or not', () => {
    const machine = createMachine(NOW);
    const count = { orders: 0, sets: 0, promisedOrders: 0, promisedSets: 0 };
    // A question stays without answer: a token leaves the stored user as it is. No event asks in these sets.
    for (const set of everyOrder(PIECES, LARGEST, (from, { snapshot }) => machine.step(from, snapshot).to)) {
      const orders = [...set.ends.values()].reduce((sum, ends) => sum + ends, 0);
      count.orders += orders;
      count.sets += 1;
      if (!isPromised(set.pieces)) continue;
      count.promisedOrders += orders;
      count.promisedSets += 1;
      expectOneRecord(set, machine);
    }
    process.stdout.write(
      `every order: ${JSON.stringify({ ...count, states: machine.states(), steps: machine.steps() })}\n`,
    );
    expect(count.orders).toBe(ALL_ORDERS);
    expect(count.sets).toBe(55_454);
    expect([count.promisedSets, count.promisedOrders]).toEqual([32_318, 2_996_212]);
  });

  it.each([
    ['when no question is answered', false],
    ['when each question is answered by a read of Clerk', true],
  ])('ends equal to Clerk after one settling read, ties included, %s', (_title, answered) => {
    const machine = createMachine(NOW);
    const seen = { orders: 0, settled: 0 };
    for (const truth of answered ? HISTORY.keys() : [undefined]) {
      for (const set of everyOrder(piecesUpTo(truth), LARGEST, playing(machine, truth))) {
        // Each set is judged in the world that its own pieces tell of; a deleted user's questions have no answer.
        const told = truthOf(set.pieces);
        if (truth !== undefined && (told.state === 'deleted' || told.version !== truth)) continue;
        for (const [end, orders] of set.ends) {
          expectEqualToClerk(end, set.pieces, machine);
          seen.orders += orders;
          if (told.state === 'live') seen.settled += orders;
        }
      }
    }
    process.stdout.write(`settled: ${JSON.stringify({ answered, ...seen, states: machine.states() })}\n`);
    expect(seen).toEqual({ orders: answered ? LIVE_ORDERS : ALL_ORDERS, settled: LIVE_ORDERS });
  });
});

type Machine = ReturnType<typeof createMachine>;

function expectOneRecord(set: OrdersOf<Piece>, machine: Machine): void {
  const records = new Set([...set.ends.keys()].map((end) => machine.about(end, 'record', recordOf)));
  if (records.size > 1) throw new Error(`${describeSet(set.pieces)} end in ${[...records].join('\nor ')}`);
  for (const piece of set.pieces) {
    for (const from of set.endsWithout(piece).keys()) expectOnlyTokensAsk(from, piece, machine);
    for (const end of set.ends.keys()) expectRepetitionIsFree(end, piece, machine);
  }
}

function expectOnlyTokensAsk(from: number, { name, snapshot }: Piece, machine: Machine): void {
  const mayAsk = snapshot.source === 'token' && !isOrdered(snapshot, NOW);
  if (machine.step(from, snapshot).decision.ask && !mayAsk) throw new Error(`It asks about: ${name}.`);
}

/** Delivered again at any later time, a snapshot writes nothing. */
function expectRepetitionIsFree(from: number, { name, snapshot }: Piece, machine: Machine): void {
  const { decision } = machine.step(from, snapshot);
  if (!decision.ask && decision.write) throw new Error(`Repeated, it writes: ${name}.`);
}

function expectEqualToClerk(end: number, pieces: readonly Piece[], machine: Machine): void {
  const truth = truthOf(pieces);
  const [settling, held] = truth.state === 'live' ? [settlingRead(pieces)[truth.version], HISTORY[truth.version]] : [];
  const settled = settling ? machine.step(end, settling).to : end;
  const mirrored = machine.about(settled, 'mirrored', mirroredOf);
  const expected = JSON.stringify(truth.state === 'live' ? held : { deletedAt: truth.at });
  if (mirrored !== expected) throw new Error(`${describeSet(pieces)} end in ${mirrored}\nnot in ${expected}`);
}

/** A read for a question settles a tie; where a deletion was heard of, only a run's read can lift it. */
function settlingRead(pieces: readonly Piece[]): readonly Snapshot[] {
  return pieces.some(({ snapshot }) => snapshot.source === 'deletion') ? FULL_RUNS : ANSWERS;
}

/** What an application sees of a user: both groups, at one time; of a deleted one just when. */
function mirroredOf(user: MirroredUser | undefined): unknown {
  if (user?.tombstone) return { deletedAt: user.tombstone.deletedAt };
  if (!user?.record || user.profile.version.asOf !== user.record.version.asOf) return user;
  return { asOf: user.record.version.asOf, profile: user.profile.content, record: user.record.content };
}

/** Plays a piece; with a truth, a question is answered by what Clerk then holds. */
function playing(machine: Machine, truth: number | undefined) {
  const answer = truth === undefined ? undefined : ANSWERS[truth];
  return (from: number, { snapshot }: Piece): number => {
    const step = machine.step(from, snapshot);
    return step.decision.ask && answer ? machine.step(from, answer).to : step.to;
  };
}

/** The pieces that can have been told when Clerk holds this version: all of them, if none is given. */
function piecesUpTo(truth: number | undefined): readonly Piece[] {
  return PIECES.filter(({ tells }) => truth === undefined || tells === undefined || tells <= truth);
}

/**
 * Whether one record is promised: a deletion that no authoritative read contests, or snapshots of which no two disagree
 * about a group at one time.
 */
function isPromised(pieces: readonly Piece[]): boolean {
  const deleted = pieces.some(({ snapshot }) => snapshot.source === 'deletion');
  if (deleted) return !pieces.some(({ snapshot }) => snapshot.source === 'read' && snapshot.lifts !== 'none');
  const profiles = pieces.flatMap((piece) => orderedProfile(piece));
  const records = pieces.flatMap(({ snapshot }) =>
    snapshot.source === 'event' || snapshot.source === 'read'
      ? [{ at: snapshot.asOf, content: JSON.stringify(snapshot.record) }]
      : [],
  );
  return agree(profiles) && agree(records) && (profiles.length > 0 || pieces.length === 1);
}

interface Told {
  readonly at: number;
  readonly content: string;
}

function orderedProfile({ snapshot }: Piece): Told[] {
  if (snapshot.source === 'deletion') return [];
  if (snapshot.source !== 'token') return [{ at: snapshot.asOf, content: textOf(snapshot.profile) }];
  if (!isOrdered(snapshot, NOW) || snapshot.asOf === undefined) return [];
  return [{ at: snapshot.asOf, content: textOf(snapshot.claims) }];
}

function textOf({ email, firstName, lastName, imageUrl }: Partial<Profile>): string {
  return JSON.stringify([email, firstName, lastName, imageUrl]);
}

/** No two contents at one time, nor in one second when one of them may have been cut down to it. */
function agree(told: readonly Told[]): boolean {
  return told.every((a) => told.every((b) => a.content === b.content || !indistinct(a.at, b.at)));
}

function indistinct(a: number, b: number): boolean {
  const cut = a % 1_000 === 0 || b % 1_000 === 0;
  return a === b || (cut && Math.trunc(a / 1_000) === Math.trunc(b / 1_000));
}

function describeSet(pieces: readonly Piece[]): string {
  return pieces.map(({ name }) => name).join(' + ');
}
