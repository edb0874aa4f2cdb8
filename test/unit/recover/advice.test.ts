import { describe, expect, it } from 'vitest';
import { adviceFor } from '../../../scripts/recover/advice.ts';

const COUNTS = { copied: 3, kept: 2, absent: 0, decided: 0, failed: 0 };
const ASKED = { dryRun: false, from: 'restored', stack: 'mirror' };

describe('the advice after a copy', () => {
  it('is to delete the restored table when everybody in it has what is theirs', () => {
    expect(adviceFor(COUNTS, ASKED)).toBe(
      'Look with npm run doctor -- --stack mirror, then delete restored: it holds personal data.',
    );
  });

  it.each([
    ['absent', 'npm run sync -- --stack mirror, then the same command again'],
    ['decided', 'look at them first'],
    ['failed', 'tries those again'],
  ] as const)('is to keep it while one user is counted as %s', (name, text) => {
    const advice = adviceFor({ ...COUNTS, [name]: 1 }, ASKED);
    expect(advice).toContain(text);
    expect(advice).toContain('Keep restored');
    expect(advice).not.toContain('delete restored');
  });

  it('is never to delete it after a dry run', () => {
    expect(adviceFor(COUNTS, { ...ASKED, dryRun: true })).toBe('Nothing was written. Without --dry-run it is.');
  });
});
