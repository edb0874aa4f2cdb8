import type { Clock, Timers } from '../../ports/time.ts';
import type { CheckedSecrets, Secrets } from './parse-secrets.ts';
import { areAllUsable, checkSecrets, keepUsable, toSecrets } from './parse-secrets.ts';
import { READ_LIMIT_MS, readInTime } from './read-in-time.ts';
import { createSingleFlight } from './single-flight.ts';
import type { RawSecrets, SecretSource } from './source.ts';

/** Something that is kept and can be asked for afresh. */
export interface Rereadable<T> {
  /** What is kept, unless it is too old or in part unusable: then what `reread` answers. */
  current(): Promise<T>;
  /** Reads it again, unless that was tried less than 30 s ago: then it answers what is kept. */
  reread(): Promise<T>;
}

export interface SecretsOptions {
  readonly source: SecretSource;
  readonly clock: Clock;
  readonly timers: Timers;
}

/** A stream of bad signatures must not become a stream of reads. */
const REREAD_INTERVAL_MS = 30_000;

/**
 * How long a secret that was taken out stays good in a warm container. Whoever has stolen one never fails, so that no
 * failure would ever make us look. At five minutes a container costs 12 reads an hour.
 */
const MAX_AGE_MS = 300_000;

/**
 * How long everybody gets the error of a first read that failed, ms: without secrets no request can be served, and each would
 * otherwise read them for itself.
 */
const FAILURE_MS = 1_000;

interface Held {
  /** What was read, to see that it has not changed: decoding keys takes longer than all else. */
  readonly text: string;
  readonly checked: CheckedSecrets;
  readonly secrets: Secrets;
  /** When the read began that made every field what it is, ms; never, if it brought something unusable. */
  readonly trueAsOf: number;
}

/**
 * The secrets of a container: read once, kept for five minutes at most, and read again sooner when someone finds that they do
 * not fit any more. While a field is unusable they are looked after every 30 s, so that putting the real value in is enough.
 *
 * Where reading again fails or takes too long, what was good before stays; where it brings something malformed, that field
 * stays; either is tried again after 30 s. A list that was emptied takes effect.
 *
 * @throws SecretsUnavailable or SecretInvalid when there is nothing to go by yet: for a second the same one, and without another
 *   read; a field of `Secrets` throws when it is read
 */
export function createSecrets({ source, clock, timers }: SecretsOptions): Rereadable<Secrets> {
  let held: Held | undefined;
  let triedAt = Number.NEGATIVE_INFINITY;
  let failed: { readonly error: unknown; readonly at: number } | undefined;

  /** Not so when the clock has been set back since: then nobody knows how long ago that was. */
  const isWithin = (ms: number, since: number): boolean => clock.now() >= since && clock.now() - since < ms;

  const read = async (): Promise<Held> => {
    const startedAt = clock.now();
    triedAt = startedAt;
    const raw = await readInTime(source, timers);
    // A container may be frozen in the middle of a read. One that has since been overtaken by another must not undo it.
    const isOvertaken = triedAt !== startedAt;
    if (!held || !isOvertaken) held = holdOf(raw, held, startedAt);
    return held;
  };
  const reading = createSingleFlight(read);
  const readOnce = async (): Promise<Secrets> => (await reading.run(isWithin(READ_LIMIT_MS, triedAt))).secrets;
  const readFirst = async (): Promise<Secrets> => {
    if (failed && isWithin(FAILURE_MS, failed.at)) throw failed.error;
    return readOnce().catch((error: unknown) => {
      failed = { error, at: clock.now() };
      throw error;
    });
  };
  const reread = async (): Promise<Secrets> => {
    const kept = held;
    if (!kept) return readFirst();
    if (!reading.isUnderWay() && isWithin(REREAD_INTERVAL_MS, triedAt)) return kept.secrets;
    return readOnce().catch(() => (held ?? kept).secrets);
  };
  return {
    current: async () => (held && isWithin(MAX_AGE_MS, held.trueAsOf) ? held.secrets : reread()),
    reread,
  };
}

function holdOf(raw: RawSecrets, older: Held | undefined, startedAt: number): Held {
  const text = JSON.stringify(raw.values);
  if (older?.text === text && Number.isFinite(older.trueAsOf)) return { ...older, trueAsOf: startedAt };
  const fresh = checkSecrets(raw);
  const checked = older ? keepUsable(older.checked, fresh) : fresh;
  const trueAsOf = areAllUsable(fresh) ? startedAt : Number.NEGATIVE_INFINITY;
  return { text, checked, secrets: toSecrets(checked), trueAsOf };
}

/** One part of the secrets, for those who need no other. */
export function pick<T>(secrets: Rereadable<Secrets>, part: (secrets: Secrets) => T): Rereadable<T> {
  return {
    current: async () => part(await secrets.current()),
    reread: async () => part(await secrets.reread()),
  };
}
