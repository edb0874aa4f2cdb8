import type { FieldKind } from '../contract.ts';

const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

const SHORT_DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** 00:04:12, and the day before it where that is not today. */
export function timeOfDay(ms: number, now = Date.now()): string {
  if (!Number.isFinite(ms)) return '';
  return DAY.format(ms) === DAY.format(now) ? TIME.format(ms) : `${SHORT_DAY.format(ms)}, ${TIME.format(ms)}`;
}

/** 26 Nov 2026, 00:04:12.345 */
export function moment(ms: number): string {
  if (!Number.isFinite(ms)) return '';
  return `${DAY.format(ms)}, ${TIME.format(ms)}${milliseconds(ms)}`;
}

/** A length of time in the unit that fits it. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${ms < 10_000 ? Math.round(ms / 100) / 10 : Math.round(ms / 1_000)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 86_400_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} d`;
}

/** Times within a text, as logs have them, in the reader's own time. */
export function withReadableTimes(text: string, now = Date.now()): string {
  return text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (iso) => {
    const ms = Date.parse(iso);
    return `${timeOfDay(ms, now)}${milliseconds(ms)}`;
  });
}

function milliseconds(ms: number): string {
  return `.${String(Math.floor(ms) % 1_000).padStart(3, '0')}`;
}

/** A field's value for people; undefined stands for a side that does not have the field. */
export function fieldText(kind: FieldKind, value: unknown): string {
  if (value === undefined) return '—';
  if (value === null) return 'none';
  if (kind === 'time' && typeof value === 'number') return moment(value);
  if (kind === 'flag' && typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The values of a field that differs: where they would look alike, as they are exactly. */
export function bothTexts(kind: FieldKind, clerk: unknown, table: unknown): [string, string] {
  const [left, right] = [fieldText(kind, clerk), fieldText(kind, table)];
  const seen = [left, right].map(asSeen);
  return seen[0] === seen[1] || seen.includes('') ? [exactly(clerk), exactly(table)] : [left, right];
}

/** Without what no reader sees: how letters are put together, marks of direction, spaces at the ends. */
function asSeen(text: string): string {
  return text.normalize('NFC').replaceAll(/\p{C}/gu, '').replaceAll(/\s+/g, ' ').trim();
}

function exactly(value: unknown): string {
  const text = value === undefined ? '—' : JSON.stringify(value);
  return text.replaceAll(/[\p{C}\p{M}]/gu, (sign) => `\\u{${sign.codePointAt(0)?.toString(16) ?? ''}}`);
}

/** The lowest lag that the plot has a place for, ms. */
const LEAST_LAG_MS = 10;

/** Lags as they are drawn: none is below the scale. */
export function drawnLag(values: readonly (number | null)[]): (number | null)[] {
  return values.map((value) => (value === null ? null : Math.max(value, LEAST_LAG_MS)));
}

export function users(count: number): string {
  return count === 1 ? '1 user' : `${count.toLocaleString('en')} users`;
}
