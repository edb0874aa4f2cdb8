import { isObject } from '../json.ts';
import type { InstanceIdentity } from '../identity.ts';
import type { StoredUser } from '../users/user.ts';
import type { Delivery } from '../webhooks/delivery.ts';
import { hasShape, isFlag, isNumber, isText, listOf, orNull } from './shape.ts';
import type { Check } from './shape.ts';

type SavedDelivery = Omit<Delivery, 'state' | 'sequence'>;

/** What outlives the process. */
export interface SavedState {
  readonly version: 1;
  readonly seed: number;
  /** Where the generator of ids stands, so that no id is drawn twice. */
  readonly idPosition: number;
  /** How far the local clock was ahead of the wall clock. */
  readonly clockAheadMs: number;
  readonly banRaisesUpdatedAt: boolean;
  readonly identity: InstanceIdentity;
  readonly users: readonly StoredUser[];
  readonly deletedUsers: readonly StoredUser[];
  readonly deliveries: readonly SavedDelivery[];
}

const IDENTITY = {
  instanceId: isText,
  secretKey: isText,
  kid: isText,
  jwtPrivateKey: isText,
  jwtPublicKey: isText,
  webhookSecrets: listOf(isText),
} satisfies Record<keyof InstanceIdentity, Check>;

const isEmail: Check = (value) =>
  hasShape(value, { id: isText, address: isText, status: isText, createdAt: isNumber, updatedAt: isNumber });
const isPhone: Check = (value) => hasShape(value, { id: isText, number: isText, createdAt: isNumber });

const USER = {
  id: isText,
  externalId: orNull(isText),
  username: orNull(isText),
  firstName: orNull(isText),
  lastName: orNull(isText),
  locale: orNull(isText),
  legalAcceptedAt: orNull(isNumber),
  deleteSelfEnabled: isFlag,
  createOrganizationEnabled: isFlag,
  createOrganizationsLimit: orNull(isNumber),
  bypassClientTrust: isFlag,
  publicMetadata: isObject,
  privateMetadata: isObject,
  unsafeMetadata: isObject,
  emails: listOf(isEmail),
  primaryEmailId: orNull(isText),
  phones: listOf(isPhone),
  primaryPhoneId: orNull(isText),
  imageUrl: isText,
  hasImage: isFlag,
  passwordEnabled: isFlag,
  banned: isFlag,
  deprovisioned: isFlag,
  lockedUntil: orNull(isNumber),
  lastActiveAt: orNull(isNumber),
  lastSignInAt: orNull(isNumber),
  createdAt: isNumber,
  updatedAt: isNumber,
} satisfies Record<keyof StoredUser, Check>;

const isUser: Check = (value) => hasShape(value, USER);

const MESSAGE = { id: isText, type: isText, userId: isText, payload: isText };

const isDelivery: Check = (value) =>
  hasShape(value, {
    message: (message) => hasShape(message, MESSAGE),
    endpoint: isNumber,
    attempts: listOf((attempt) => hasShape(attempt, { at: isNumber, status: isNumber })),
    dueAt: isNumber,
    failures: isNumber,
  });

const STATE = {
  version: (value) => value === 1,
  seed: isNumber,
  idPosition: isNumber,
  clockAheadMs: isNumber,
  banRaisesUpdatedAt: isFlag,
  identity: (value) => hasShape(value, IDENTITY),
  users: listOf(isUser),
  deletedUsers: listOf(isUser),
  deliveries: listOf(isDelivery),
} satisfies Record<keyof SavedState, Check>;

export function isSavedState(value: unknown): value is SavedState {
  return hasShape(value, STATE);
}
