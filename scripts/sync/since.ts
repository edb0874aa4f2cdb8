const UNITS: ReadonlyMap<string, number> = new Map([
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/**
 * A time as `--since` takes it: an ISO time with its zone, a day (UTC), or how long ago it was (`90m`, `2h`, `3d`).
 *
 * @returns ms; undefined for anything else, and for a time that is still to come
 */
export function parseSince(text: string, now: number): number | undefined {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const isIso = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const since = isIso ? Date.parse(text) : now - Number(count) * (UNITS.get(unit) ?? Number.NaN);
  return since <= now ? since : undefined;
}
