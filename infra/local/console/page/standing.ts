import type { Standing } from '../contract.ts';

export interface StandingWords {
  readonly short: string;
  readonly long: string;
  readonly tone: 'good' | 'bad' | 'quiet';
}

/** How a user stands, in words: colour alone says nothing to many. */
export const STANDINGS: Readonly<Record<Standing, StandingWords>> = {
  same: { short: 'in sync', long: 'Clerk and the table agree.', tone: 'good' },
  differs: { short: 'differs', long: 'Clerk and the table differ in the fields that are marked.', tone: 'bad' },
  missing: {
    short: 'no row',
    long: 'Clerk has her, the table does not: no webhook, request or run has brought her yet.',
    tone: 'bad',
  },
  extra: {
    short: 'not in Clerk',
    long: 'The table has her, Clerk does not: her deletion has not been heard of.',
    tone: 'bad',
  },
  buried: {
    short: 'buried',
    long: 'Clerk has her, and the table a tombstone: only a read by a run or an admin lifts it.',
    tone: 'bad',
  },
  deleted: {
    short: 'deleted',
    long: 'Deleted in Clerk. The row is a tombstone: no late event revives her.',
    tone: 'quiet',
  },
};
