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

  it('are at most six, and those whose deletions wait for somebody however many came after', () => {
    const hourly = Array.from({ length: 9 }, (_, at) => run(`i${at}`, at + 2, { mode: 'incremental' }));
    expect(view(held, ...hourly).map(({ id }) => id)).toEqual(['h', 'i8', 'i7', 'i6', 'i5', 'i4']);
  });

  it.each([
    ['a newer full run has judged', run('n', 2)],
    ['a newer full run has failed after it had judged', run('n', 2, { status: 'failed' })],
    [
      'a newer full run has judged nobody to go, and has failed after that',
      run('n', 2, { status: 'failed', hasJudged: true, counts: { suspects: 0 } }),
    ],
    ['they have been approved', run('n', 2, { mode: 'approve', approves: 'h', status: 'repaired' })],
  ])('can no longer be approved once %s', (_, newer) => {
    expect(view(held, newer).find(({ id }) => id === 'h')?.canApprove).toBe(false);
  });

  it.each([
    ['a dry run', run('n', 2, { dryRun: true })],
    ['an incremental one', run('n', 2, { mode: 'incremental' })],
    ['an approval that failed', run('n', 2, { mode: 'approve', approves: 'h', status: 'failed' })],
    ['a full run began that is still at work', run('n', 2, { status: 'running', endedAt: undefined })],
    ['a full run was asked for', run('n', 2, { status: 'requested', endedAt: undefined })],
    ['a full run failed before it judged anybody', run('n', 2, { status: 'failed', counts: { suspects: 0 } })],
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
