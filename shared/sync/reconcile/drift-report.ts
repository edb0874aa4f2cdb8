import type { DriftOfKind, DriftReport } from '../../ports/run-store.ts';
import type { Finding } from './drift-cause.ts';

/** Ids that a report names of each kind: enough to look into, and small whatever has happened. */
export const MOST_IDS = 100;

/** How many ids a report has of each kind. */
export type IdsReported = Readonly<Record<string, number>>;

/** Adds one user. @param mostIds ids that the report may have of this kind */
export function withFinding(
  report: DriftReport,
  userId: string,
  { kind, cause, ageMs }: Finding,
  mostIds: number,
): DriftReport {
  const one = {
    users: 1,
    causes: { [cause]: 1 },
    ...(ageMs !== undefined && { oldestMs: ageMs }),
    userIds: [userId],
  };
  return { ...report, [kind]: together(report[kind], one, mostIds) };
}

/** Adds up two reports of one run. @param mostIdsOf ids that the sum may have, by kind */
export function addReports(
  a: DriftReport,
  b: DriftReport,
  mostIdsOf: (kind: string) => number = () => MOST_IDS,
): DriftReport {
  const kinds = Object.entries(b).map(([kind, more]): [string, DriftOfKind] => [
    kind,
    together(a[kind], more, mostIdsOf(kind)),
  ]);
  return { ...a, ...Object.fromEntries(kinds) };
}

export function idsReported(report: DriftReport): IdsReported {
  return Object.fromEntries(Object.entries(report).map(([kind, { userIds }]) => [kind, userIds.length]));
}

/** Counts add up. */
function together(a: DriftOfKind | undefined, b: DriftOfKind, mostIds: number): DriftOfKind {
  const oldest = Math.max(a?.oldestMs ?? -1, b.oldestMs ?? -1);
  return {
    users: (a?.users ?? 0) + b.users,
    causes: addCounts(a?.causes ?? {}, b.causes),
    ...(oldest >= 0 && { oldestMs: oldest }),
    userIds: firstIds(a?.userIds ?? [], b.userIds, mostIds),
  };
}

/** The first ids, each once. */
function firstIds(a: readonly string[], b: readonly string[], most: number): readonly string[] {
  return a.length >= most ? a : [...new Set([...a, ...b])].slice(0, most);
}

/** Adds up counts by name. */
export function addCounts(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Record<string, number> {
  const sum = { ...a };
  for (const [name, count] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}
