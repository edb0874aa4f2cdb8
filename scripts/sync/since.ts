import { EARLIEST } from '../../functions/reconciler/run-request.ts';

const UNITS: ReadonlyMap<string, number> = new Map([
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/**
 * A time as `--since` takes it: an ISO time with its zone, a day (UTC), or how long ago it was (`90m`, `2h`, `3d`).
 *
 * @returns ms; undefined for anything else, and for a day that there is not, and for a time that is still to come or too long ago
 */
export function parseSince(text: string, now: number): number | undefined {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const isIso = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const ago = now - Number(count) * (UNITS.get(unit) ?? Number.NaN);
  const since = isIso && isDay(text.slice(0, 10)) ? Date.parse(text) : ago;
  return since >= EARLIEST && since <= now ? since : undefined;
}

/** The language's own parser takes 30 February for 2 March. */
function isDay(text: string): boolean {
  const midnight = Date.parse(`${text}T00:00Z`);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(text);
}
