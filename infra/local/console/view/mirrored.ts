import { isDeepStrictEqual } from 'node:util';
import { asList, asRecord, asText, isRecord } from '../../cloud/json.ts';
import type { JsonRecord } from '../../cloud/json.ts';
import type { FieldKind, FieldView, Standing } from '../contract.ts';

/** The fields that the table mirrors, in the order in which people look at them. */
const FIELDS: Readonly<Record<string, FieldKind>> = {
  email: 'text',
  verifiedEmail: 'text',
  firstName: 'text',
  lastName: 'text',
  username: 'text',
  imageUrl: 'text',
  externalId: 'text',
  banned: 'flag',
  deprovisioned: 'flag',
  publicMetadata: 'json',
  clerkCreatedAt: 'time',
};

export const MIRRORED_FIELDS: readonly string[] = Object.keys(FIELDS);

/** What the table must hold of a user whom Clerk renders so. A mapping of the console's own: it judges that of the product. */
export function mirroredOf(user: JsonRecord): JsonRecord {
  const primary = asList(user['email_addresses'])
    .filter(isRecord)
    .find(({ id }) => id === user['primary_email_address_id']);
  const email = asText(primary?.['email_address']) ?? null;
  const isVerified = asRecord(primary?.['verification'])['status'] === 'verified';
  return {
    email,
    verifiedEmail: email !== null && isVerified ? email.trim().normalize('NFC').toLowerCase() : null,
    // A session token cannot tell an empty text from none, so none of the sources does.
    firstName: user['first_name'] || null,
    lastName: user['last_name'] || null,
    username: user['username'] || null,
    imageUrl: user['image_url'] || null,
    externalId: user['external_id'] ?? null,
    banned: user['banned'] === true,
    deprovisioned: user['deprovisioned'] === true,
    publicMetadata: user['public_metadata'] ?? {},
    clerkCreatedAt: user['created_at'],
  };
}

/** Both sides of a user, field by field. */
export function compareFields(user: JsonRecord | undefined, item: JsonRecord | undefined): FieldView[] {
  const clerk = user && mirroredOf(user);
  return Object.entries(FIELDS).map(([field, kind]) => {
    const isDerived = field === 'username' && item?.['usernameDerived'] === true;
    const isSame = isDerived ? clerk?.['username'] === null : isDeepStrictEqual(clerk?.[field], item?.[field]);
    return {
      field,
      kind,
      ...(clerk && { clerk: clerk[field] }),
      ...(item && field in item && { table: item[field] }),
      same: isSame,
      ...(isDerived && { note: 'derived: Clerk has none' }),
    };
  });
}

/** How the two sides stand to each other, and in which fields they differ where both have her. */
export function compareSides(
  user: JsonRecord | undefined,
  item: JsonRecord | undefined,
): { readonly standing: Standing; readonly differing: readonly string[] } {
  const isBuried = item?.['deletedAt'] !== undefined;
  if (isBuried) return { standing: user ? 'buried' : 'deleted', differing: [] };
  if (!user || !item) return { standing: user ? 'missing' : 'extra', differing: [] };
  const differing = compareFields(user, item)
    .filter(({ same }) => !same)
    .map(({ field }) => field);
  return { standing: differing.length === 0 ? 'same' : 'differs', differing };
}

export function isDrift(standing: Standing): boolean {
  return standing !== 'same' && standing !== 'deleted';
}
