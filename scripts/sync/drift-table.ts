import type { DriftOfKind, DriftReport } from '../../shared/ports/run-store.ts';

/** Ids shown of each kind: the run's record and `--json` have up to a hundred. */
const SHOWN_IDS = 3;

/** The drift report for people, the most frequent kind first: users, probable causes, age of the oldest, the first ids. */
export function driftTable(report: DriftReport): string {
  const kinds = Object.entries(report).toSorted(([, a], [, b]) => b.users - a.users);
  if (kinds.length === 0) return '';
  const rows = [['drift', 'users', 'probable causes', 'oldest', 'first ids'], ...kinds.map(rowOf)];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function rowOf([kind, { users, causes, oldestMs, userIds }]: readonly [string, DriftOfKind]): string[] {
  const byCause = Object.entries(causes).toSorted(([, a], [, b]) => b - a);
  const more = userIds.length > SHOWN_IDS ? [`… of ${users}`] : [];
  return [
    kind,
    String(users),
    byCause.map(([cause, count]) => (byCause.length === 1 ? cause : `${cause} ${count}`)).join(', '),
    oldestMs === undefined ? '' : age(oldestMs),
    [...userIds.slice(0, SHOWN_IDS), ...more].join(' '),
  ];
}

const UNITS = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'min', ms: 60_000 },
];

/** In the largest unit of which there are two at least. */
function age(ms: number): string {
  const unit = UNITS.find((one) => ms >= 2 * one.ms);
  return unit ? `${Math.floor(ms / unit.ms)} ${unit.name}` : `${Math.floor(ms / 1_000)} s`;
}
