import { checkAdminKeyHashes, checkJwtKeys, checkSecretKey, checkWebhookSecrets, Emptied, Unusable } from './checks.ts';
import { SecretInvalid } from './secret-error.ts';
import type { RawSecrets } from './source.ts';
import { SECRET_FIELDS } from './source.ts';

/**
 * The secrets. Reading a field that is missing or unusable throws SecretInvalid, and only then: the function that verifies
 * tokens works before anyone has put in the webhook's secret, which exists only once the webhook has an address.
 */
export interface Secrets {
  readonly secretKey: string;
  /** `whsec_…`; several while one is being rotated out. */
  readonly webhookSecrets: readonly string[];
  /** PEM; several while one is being rotated out. */
  readonly jwtKeys: readonly string[];
  /** SHA-256, 64 hexadecimal digits in lower case; may be empty. */
  readonly adminKeyHashes: readonly string[];
}

/** Each field with its value, or with the error that reading it throws. */
export type CheckedSecrets = { readonly [Field in keyof Secrets]: Checked<Secrets[Field]> };

type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: SecretInvalid; readonly isRevoked: boolean };

/** Checks every field by itself. */
export function checkSecrets({ values, labels }: RawSecrets): CheckedSecrets {
  return {
    secretKey: check(labels.secretKey, () => checkSecretKey(values.secretKey)),
    webhookSecrets: check(labels.webhookSecrets, () => checkWebhookSecrets(values.webhookSecrets)),
    jwtKeys: check(labels.jwtKeys, () => checkJwtKeys(values.jwtKeys)),
    adminKeyHashes: check(labels.adminKeyHashes, () => checkAdminKeyHashes(values.adminKeyHashes)),
  };
}

/**
 * Newer fields over older ones, except where the newer is malformed: a slip in the secret must not stop what works. A list
 * that was emptied is no slip: what was in it is good no longer.
 */
export function keepUsable(older: CheckedSecrets, newer: CheckedSecrets): CheckedSecrets {
  return {
    secretKey: usable(older.secretKey, newer.secretKey),
    webhookSecrets: usable(older.webhookSecrets, newer.webhookSecrets),
    jwtKeys: usable(older.jwtKeys, newer.jwtKeys),
    adminKeyHashes: usable(older.adminKeyHashes, newer.adminKeyHashes),
  };
}

export function areAllUsable(checked: CheckedSecrets): boolean {
  return SECRET_FIELDS.every((field) => checked[field].ok);
}

export function toSecrets(checked: CheckedSecrets): Secrets {
  return {
    get secretKey() {
      return valueOf(checked.secretKey);
    },
    get webhookSecrets() {
      return valueOf(checked.webhookSecrets);
    },
    get jwtKeys() {
      return valueOf(checked.jwtKeys);
    },
    get adminKeyHashes() {
      return valueOf(checked.adminKeyHashes);
    },
  };
}

function check<T>(label: string, parse: () => T): Checked<T> {
  try {
    return { ok: true, value: parse() };
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    const subject = label.charAt(0).toUpperCase() + label.slice(1);
    return { ok: false, error: new SecretInvalid(`${subject} ${error.message}.`), isRevoked: error instanceof Emptied };
  }
}

function usable<T>(older: Checked<T>, newer: Checked<T>): Checked<T> {
  return newer.ok || newer.isRevoked || !older.ok ? newer : older;
}

function valueOf<T>(checked: Checked<T>): T {
  if (checked.ok) return checked.value;
  throw checked.error;
}
