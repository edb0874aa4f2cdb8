import { describe, expect, it } from 'vitest';
import { runsOf } from '../../../infra/local/console/view/runs.ts';

const run = (id: string, minute: number, more: object = {}): [string, Record<string, unknown>] => [
  `run#${id}`,
  {
    id,
    mode: 'full',
    status: 'in-sync',
    startedAt: `2026-11-26T00:${String(minute).padStart(2, '0')}:00.000Z`,
    endedAt: `2026-11-26T00:${String(minute).padStart(2, '0')}:05.000Z`,
    counts: { clerkUsers: 5, suspects: 3 },
    ...more,
  },
];
const held = run('h', 1, { status: 'held', heldBecause: 'Too many.' });
const view = (...items: [string, Record<string, unknown>][]) => runsOf(new Map(items));

describe('The runs', () => {
  it('are shown the latest first, those of single users left out', () => {
    const shown = view(run('a', 1), run('b', 3), run('c', 2), run('one', 4, { mode: 'user' }));
    expect(shown.map(({ id }) => id)).toEqual(['b', 'c', 'a']);
  });

  it('say why deletions are held, and can be approved', () => {
    expect(view(held)[0]).toMatchObject({ status: 'held', why: 'Too many.', suspects: 3, canApprove: true });
  });

  it.each([
    ['a newer full run has judged', run('n', 2)],
    ['they have been approved', run('n', 2, { mode: 'approve', approves: 'h', status: 'repaired' })],
  ])('can no longer be approved once %s', (_, newer) => {
    expect(view(held, newer).find(({ id }) => id === 'h')?.canApprove).toBe(false);
  });

  it.each([
    ['a dry run', run('n', 2, { dryRun: true })],
    ['an incremental one', run('n', 2, { mode: 'incremental' })],
    ['an approval that failed', run('n', 2, { mode: 'approve', approves: 'h', status: 'failed' })],
  ])('can still be approved after %s', (_, newer) => {
    expect(view(held, newer).find(({ id }) => id === 'h')?.canApprove).toBe(true);
  });

  it('that are at work say how many rows they have changed so far', () => {
    const rows: [string, Record<string, unknown>][] = [
      ['user#1', { runChange: 'w step created email' }],
      ['user#2', { runChange: 'v step created email' }],
    ];
    const [working] = view(run('w', 5, { status: 'running', endedAt: undefined }), ...rows);
    expect(working).toMatchObject({ status: 'running', changedSoFar: 1, canApprove: false });
    expect(working).not.toHaveProperty('endedAt');
  });
});
