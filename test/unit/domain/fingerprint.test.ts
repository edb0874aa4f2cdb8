import { describe, expect, it } from 'vitest';
import type { Profile, UserRecord } from '../../../shared/domain/user.ts';
import { PROFILE_FIELDS, RECORD_FIELDS } from '../../../shared/domain/user.ts';
import { fingerprint } from '../../../shared/sync/fingerprint.ts';
import { ADA, ADAS_RECORD } from '../../support/domain/builders.ts';

const OTHER_PROFILE: Profile = { email: 'x@example.com', firstName: 'X', lastName: null, imageUrl: null };
const OTHER_RECORD: UserRecord = {
  verifiedEmail: null,
  username: 'x',
  externalId: null,
  banned: true,
  deprovisioned: true,
  publicMetadata: { cohort: 'spring', seats: [2, 1] },
  clerkCreatedAt: 0,
};

describe('the fingerprint', () => {
  const print = fingerprint(ADA, ADAS_RECORD);

  it('is 22 characters, and the same for the same user on every machine', () => {
    expect(print).toMatch(/^[A-Za-z0-9_-]{22}$/);
    // Kept in tables: another value for the same user would read as drift in every one of them.
    expect(print).toBe('909ntcUG40iBaPK94J7zZF');
  });

  it.each(PROFILE_FIELDS)('differs when %s differs', (field) => {
    expect(fingerprint({ ...ADA, [field]: OTHER_PROFILE[field] }, ADAS_RECORD)).not.toBe(print);
  });

  it.each(RECORD_FIELDS)('differs when %s differs', (field) => {
    expect(fingerprint(ADA, { ...ADAS_RECORD, [field]: OTHER_RECORD[field] })).not.toBe(print);
  });

  it('differs between a user without record and one with it', () => {
    expect(fingerprint(ADA, undefined)).not.toBe(print);
  });

  it('does not see the order of keys', () => {
    const { seats = [], cohort = '' } = ADAS_RECORD.publicMetadata;
    const reordered = { ...ADAS_RECORD, publicMetadata: { seats, cohort } };
    expect(fingerprint(Object.fromEntries(Object.entries(ADA).toReversed()) as unknown as Profile, reordered)).toBe(
      print,
    );
  });
});
