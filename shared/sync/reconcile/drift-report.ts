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

/** Counts add up, but for users who are named already: a run may meet a user whom it leaves as she is more than once. */
function together(a: DriftOfKind | undefined, b: DriftOfKind, mostIds: number): DriftOfKind {
  const again = metAgain(a, b);
  const oldest = Math.max(a?.oldestMs ?? -1, b.oldestMs ?? -1);
  return {
    users: (a?.users ?? 0) + b.users - again,
    causes: addCounts(a?.causes ?? {}, less(b.causes, again)),
    ...(oldest >= 0 && { oldestMs: oldest }),
    userIds: firstIds(a?.userIds ?? [], b.userIds, mostIds),
  };
}

/** How many users of `b` are named in `a`. */
export function metAgain(a: DriftOfKind | undefined, b: DriftOfKind | undefined): number {
  const named = a?.userIds ?? [];
  return (b?.userIds ?? []).filter((id) => named.includes(id)).length;
}

/** Counts of which so many in all are taken away. */
function less(counts: Readonly<Record<string, number>>, users: number): Record<string, number> {
  let left = users;
  const rest: Record<string, number> = {};
  for (const [name, count] of Object.entries(counts)) {
    const taken = Math.min(count, left);
    left -= taken;
    if (count > taken) rest[name] = count - taken;
  }
  return rest;
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
