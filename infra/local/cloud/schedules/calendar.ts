import type { CronFields } from './cron.ts';

const DAY_MS = 86_400_000;
/** Leap days lie at most eight years apart. */
const LOOK_AHEAD_DAYS = 8 * 366 + 1;

/**
 * The first time after `after` that the fields admit, by the clocks of a time zone.
 * @param after In ms since 1970.
 * @returns undefined when there is none in the next eight years.
 */
export function nextCronTime(fields: CronFields, zone: string, after: number): number | undefined {
  // One day back: "today" of the zone may be yesterday's date in UTC.
  const firstDay = Math.floor(after / DAY_MS) * DAY_MS - DAY_MS;
  for (let day = 0; day < LOOK_AHEAD_DAYS; day += 1) {
    const date = new Date(firstDay + day * DAY_MS);
    const times = admitsDay(fields, date) ? timesOf(fields, date, zone) : [];
    const next = times.filter((time) => time > after);
    if (next.length > 0) return Math.min(...next);
  }
  return undefined;
}

function admitsDay(fields: CronFields, date: Date): boolean {
  return (
    fields.years.has(date.getUTCFullYear()) &&
    fields.months.has(date.getUTCMonth() + 1) &&
    admitsDayOfMonth(fields, date) &&
    (fields.daysOfWeek?.has(date.getUTCDay() + 1) ?? true)
  );
}

function admitsDayOfMonth(fields: CronFields, date: Date): boolean {
  if (fields.daysOfMonth === undefined) return true;
  if (fields.daysOfMonth === 'last') return new Date(date.getTime() + DAY_MS).getUTCDate() === 1;
  return fields.daysOfMonth.has(date.getUTCDate());
}

function timesOf(fields: CronFields, date: Date, zone: string): number[] {
  return [...fields.hours].flatMap((hour) =>
    [...fields.minutes].map((minute) => zonedTime(date.getTime() + (hour * 60 + minute) * 60_000, zone)),
  );
}

/**
 * @param wall A time on the clocks of the zone, as if these showed UTC.
 * @returns When they show it, in ms since 1970. A time that a change to summer time skips is taken an hour later.
 */
export function zonedTime(wall: number, zone: string): number {
  const guess = wall - offsetAt(wall, zone);
  return wall - offsetAt(guess, zone);
}

/** How far the clocks of a zone are ahead of UTC, in ms. */
function offsetAt(time: number, zone: string): number {
  if (zone === 'UTC') return 0;
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  const name = format.formatToParts(time).find((part) => part.type === 'timeZoneName')?.value ?? '';
  const [, sign, hours = '0', minutes = '0'] = /GMT([+-])(\d+):(\d+)/.exec(name) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
