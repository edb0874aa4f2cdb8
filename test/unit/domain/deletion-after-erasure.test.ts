import { describe, expect, it } from 'vitest';
import { erase } from '../../../shared/domain/erase.ts';
import { merge } from '../../../shared/domain/merge.ts';
import { deletion, event, MINUTE_MS, SECOND, storedAfter } from '../../support/domain/builders.ts';

const DELETED = SECOND + MINUTE_MS;
const ERASED = DELETED + MINUTE_MS;
const live = storedAfter(event({ asOf: SECOND }));
const deleted = storedAfter(event({ asOf: SECOND }), deletion(DELETED));

describe('A user who was erased while Clerk had her', () => {
  it.each([DELETED, DELETED - 1])(
    'stays so when the mistaken deletion of before comes again, dated %i: Clerk has been asked since',
    (at) => {
      const decision = merge(erase(deleted, ERASED, true), deletion(at), ERASED);
      expect(decision).toMatchObject({ outcome: 'unchanged', write: false });
    },
  );

  it('is deleted for good by a later deletion', () => {
    const decision = merge(erase(deleted, ERASED, true), deletion(ERASED + 1), ERASED + 1);
    expect(decision).toMatchObject({ outcome: 'deleted', next: { tombstone: { deletedAt: ERASED + 1 } } });
    expect(decision).not.toHaveProperty('next.tombstone.inClerk');
  });

  it('is deleted for good by any deletion, however it is dated, if none was known when she was erased', () => {
    const decision = merge(erase(live, ERASED, true), deletion(ERASED - MINUTE_MS), ERASED + 1);
    expect(decision).toMatchObject({
      outcome: 'deleted',
      next: { tombstone: { deletedAt: ERASED, erasedAt: ERASED } },
    });
    expect(decision).not.toHaveProperty('next.tombstone.inClerk');
  });
});
