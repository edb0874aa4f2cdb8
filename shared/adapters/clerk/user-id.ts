/**
 * Clerk's user ids: `user_` and letters and digits (27 today; 64 leaves room). Nothing else may become part of a key of the
 * table or of a URL of Clerk's API.
 */
const USER_ID = /^user_[A-Za-z0-9]{1,64}$/;

/** Whether a value is a Clerk user's id. */
export function isUserId(value: unknown): value is string {
  return typeof value === 'string' && USER_ID.test(value);
}
