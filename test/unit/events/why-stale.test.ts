import { describe, expect, it } from 'vitest';
import { merge } from '../../../shared/domain/merge.ts';
import type { DeletionSnapshot, EventSnapshot, Snapshot } from '../../../shared/domain/snapshot.ts';
import { whyStale } from '../../../shared/sync/events/why-stale.ts';
import { deletion, event, read, SECOND, storedAfter } from '../../support/domain/builders.ts';

const at = (ms: number): string => new Date(ms).toISOString();
const MINUTE = 60_000;
const LATER = SECOND + 10 * MINUTE;

interface Case {
  readonly name: string;
  readonly told: readonly Snapshot[];
  readonly stale: EventSnapshot | DeletionSnapshot;
  readonly because: string;
  readonly eventTime: number;
  readonly storedTime: number;
}

const CASES: readonly Case[] = [
  {
    name: 'an event that is older than what the table has',
    told: [event({ asOf: SECOND + 1_500 })],
    stale: event({ asOf: SECOND, profile: { firstName: 'Old' } }),
    because: 'older',
    eventTime: SECOND,
    storedTime: SECOND + 1_500,
  },
  {
    name: 'any event about a user who was deleted',
    told: [event({ asOf: SECOND }), deletion(SECOND + 5)],
    stale: event({ asOf: SECOND + MINUTE }),
    because: 'deleted',
    eventTime: SECOND + MINUTE,
    storedTime: SECOND + 5,
  },
  {
    name: 'a deletion from before she was seen alive',
    told: [event({ asOf: SECOND }), deletion(SECOND + 5), read({ asOf: SECOND, seenAt: LATER }, 'deleted')],
    stale: deletion(SECOND + 7),
    because: 'restored-since',
    eventTime: SECOND + 7,
    storedTime: LATER,
  },
  {
    name: 'one of two words of one version, the one that was seen earlier',
    told: [event({ asOf: SECOND + 1, seenAt: LATER })],
    stale: event({ asOf: SECOND + 1, seenAt: SECOND + 2, record: { banned: true } }),
    because: 'seen-earlier',
    eventTime: SECOND + 2,
    storedTime: LATER,
  },
];

describe('Why an event is stale', () => {
  it.each(CASES)('is said of $name', ({ told, stale, because, eventTime, storedTime }) => {
    const stored = storedAfter(...told);
    const decision = merge(stored, stale, LATER);
    expect(decision).toMatchObject({ ask: false, outcome: 'stale' });
    expect(whyStale(stored, stale)).toEqual({ because, eventTime: at(eventTime), storedTime: at(storedTime) });
  });
});
