import { normalised } from './user.ts';
import type { StoredUser } from './user.ts';

/** Parameters of the Backend API whose value only one user of an instance can have. */
export type ClaimKind = 'email_address' | 'username' | 'external_id' | 'phone_number';

/** A taken identifier. Thrown as a value of its own so that the API can name the parameter. */
export class ClaimTakenError extends Error {
  readonly kind: ClaimKind | 'id';

  constructor(kind: ClaimKind | 'id') {
    super(`Another user has this ${kind.replaceAll('_', ' ')}.`);
    this.name = 'ClaimTakenError';
    this.kind = kind;
  }
}

interface Claim {
  readonly kind: ClaimKind;
  readonly key: string;
}

/** Who has which unique identifier. */
export class Claims {
  readonly #owners = new Map<string, string>();

  ownerOf(kind: ClaimKind, value: string): string | undefined {
    return this.#owners.get(keyOf(kind, value));
  }

  /**
   * Moves the claims of a user from what she had to what she has now; either may be absent.
   * @throws ClaimTakenError when somebody else has one of them; nothing is changed then.
   */
  move(before: StoredUser | undefined, after: StoredUser | undefined): void {
    const wanted = after === undefined ? [] : claimsOf(after);
    for (const { kind, key } of wanted) {
      const owner = this.#owners.get(key);
      if (owner !== undefined && owner !== after?.id) throw new ClaimTakenError(kind);
    }
    if (before !== undefined) for (const { key } of claimsOf(before)) this.#owners.delete(key);
    if (after !== undefined) for (const { key } of wanted) this.#owners.set(key, after.id);
  }
}

function claimsOf(user: StoredUser): Claim[] {
  const claim = (kind: ClaimKind, value: string): Claim => ({ kind, key: keyOf(kind, value) });
  return [
    ...user.emails
      .filter(({ status }) => status !== 'unverified')
      .map(({ address }) => claim('email_address', address)),
    ...user.phones.map(({ number }) => claim('phone_number', number)),
    ...(user.username === null ? [] : [claim('username', user.username)]),
    ...(user.externalId === null ? [] : [claim('external_id', user.externalId)]),
  ];
}

/** External ids are the application's and compared as they are. */
function keyOf(kind: ClaimKind, value: string): string {
  return `${kind} ${kind === 'external_id' ? value : normalised(value)}`;
}
