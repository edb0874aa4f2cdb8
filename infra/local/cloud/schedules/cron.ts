/** The fields of a cron expression as EventBridge Scheduler has them, each as the values that it admits. */
export interface CronFields {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  /** Undefined for `?`; 'last' is the last day of the month. */
  readonly daysOfMonth: ReadonlySet<number> | 'last' | undefined;
  readonly months: ReadonlySet<number>;
  /** 1 is Sunday. Undefined for `?`. */
  readonly daysOfWeek: ReadonlySet<number> | undefined;
  readonly years: ReadonlySet<number>;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/**
 * Reads `minutes hours day-of-month month day-of-week year`.
 * @throws When it is malformed, or uses what is not imitated: `W`, `#`, and `L` in the day of the week.
 */
export function parseCron(text: string): CronFields {
  const [minutes, hours, dayOfMonth, month, dayOfWeek, year, ...rest] = text.trim().split(/\s+/);
  if (year === undefined || rest.length > 0) throw new Error(`cron(${text}) does not have six fields.`);
  return {
    minutes: values(minutes ?? '', 0, 59),
    hours: values(hours ?? '', 0, 23),
    daysOfMonth: dayOfMonth === 'L' ? 'last' : optionalValues(dayOfMonth ?? '', 1, 31),
    months: values(month ?? '', 1, 12, MONTHS),
    daysOfWeek: optionalValues(dayOfWeek ?? '', 1, 7, DAYS),
    years: values(year, 1970, 2199),
  };
}

function optionalValues(field: string, from: number, to: number, names?: readonly string[]): Set<number> | undefined {
  return field === '?' ? undefined : values(field, from, to, names);
}

function values(field: string, from: number, to: number, names: readonly string[] = []): Set<number> {
  return new Set(field.split(',').flatMap((part) => partValues(part, from, to, names)));
}

/** `5`, `*`, `1-5`, `0/15`, `10-50/10`. */
function partValues(part: string, from: number, to: number, names: readonly string[]): number[] {
  const [range = '', step] = part.split('/');
  const [first = '', last] = range.split('-');
  const start = first === '*' ? from : numberOf(first, from, to, names);
  const open = first === '*' || (step !== undefined && last === undefined);
  const end = last === undefined ? (open ? to : start) : numberOf(last, from, to, names);
  const increment = step === undefined ? 1 : numberOf(step, 1, to, []);
  return Array.from({ length: Math.floor((end - start) / increment) + 1 }, (_, index) => start + index * increment);
}

function numberOf(text: string, from: number, to: number, names: readonly string[]): number {
  const named = names.indexOf(text.toUpperCase());
  const value = named >= 0 ? named + 1 : Number(text);
  if (!/^\w+$/.test(text) || !Number.isInteger(value) || value < from || value > to) {
    throw new Error(`"${text}" in a cron expression is not a value from ${from} to ${to}, or not imitated.`);
  }
  return value;
}
