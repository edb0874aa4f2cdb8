import type { Clock } from '../../ports/time.ts';
import type { CheckedSecrets, Secrets } from './parse-secrets.ts';
import { areAllUsable, checkSecrets, keepUsable, toSecrets } from './parse-secrets.ts';
import type { SecretSource } from './source.ts';

/** Something that is kept and can be asked for afresh. */
export interface Rereadable<T> {
  current(): Promise<T>;
  /** Reads it again, unless that was done less than 30 s ago: then it answers what `current` does. */
  reread(): Promise<T>;
}

/** A stream of bad signatures must not become a stream of reads. */
const REREAD_INTERVAL_MS = 30_000;

interface Held {
  readonly checked: CheckedSecrets;
  readonly secrets: Secrets;
}

/**
 * The secrets of a container: read once, kept, and read again when someone finds that they do not fit any more. While a
 * field is unusable they are read again by themselves, so that putting the real value in is enough.
 *
 * Where reading again fails, or brings something unusable, what was good before stays.
 *
 * @throws SecretsUnavailable or SecretInvalid when there is nothing to go by yet; a field of `Secrets` throws when it is read
 */
export function createSecrets(options: { readonly source: SecretSource; readonly clock: Clock }): Rereadable<Secrets> {
  const { source, clock } = options;
  let held: Held | undefined;
  let triedAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<Held> | undefined;

  const read = async (): Promise<Held> => {
    triedAt = clock.now();
    const fresh = checkSecrets(await source.read());
    const checked = held ? keepUsable(held.checked, fresh) : fresh;
    return { checked, secrets: toSecrets(checked) };
  };
  const readOnce = async (): Promise<Secrets> => {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    held = await reading;
    return held.secrets;
  };
  const reread = async (): Promise<Secrets> => {
    const kept = held;
    if (!kept) return readOnce();
    if (!reading && clock.now() - triedAt < REREAD_INTERVAL_MS) return kept.secrets;
    return readOnce().catch(() => kept.secrets);
  };
  return {
    current: async () => (held && areAllUsable(held.checked) ? held.secrets : reread()),
    reread,
  };
}

/** One part of the secrets, for those who need no other. */
export function pick<T>(secrets: Rereadable<Secrets>, part: (secrets: Secrets) => T): Rereadable<T> {
  return {
    current: async () => part(await secrets.current()),
    reread: async () => part(await secrets.reread()),
  };
}
