import type { FieldKind } from '../contract.ts';

const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

export function timeOfDay(ms: number): string {
  return Number.isFinite(ms) ? TIME.format(ms) : '';
}

/** 26 Nov 2026, 00:04:12.345 */
export function moment(ms: number): string {
  if (!Number.isFinite(ms)) return '';
  return `${DAY.format(ms)}, ${TIME.format(ms)}.${String(Math.floor(ms) % 1_000).padStart(3, '0')}`;
}

/** A length of time in the unit that fits it. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${ms < 10_000 ? Math.round(ms / 100) / 10 : Math.round(ms / 1_000)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 86_400_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} d`;
}

/** Times within a text, as logs have them, in the reader's own time. */
export function withReadableTimes(text: string): string {
  return text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (iso) => {
    const ms = Date.parse(iso);
    return `${TIME.format(ms)}.${String(ms % 1_000).padStart(3, '0')}`;
  });
}

/** A field's value for people; undefined stands for a side that does not have the field. */
export function fieldText(kind: FieldKind, value: unknown): string {
  if (value === undefined) return '—';
  if (value === null) return 'none';
  if (kind === 'time' && typeof value === 'number') return moment(value);
  if (kind === 'flag') return value === true ? 'yes' : 'no';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function users(count: number): string {
  return count === 1 ? '1 user' : `${count.toLocaleString('en')} users`;
}
