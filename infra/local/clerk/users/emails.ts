import { invalidParameter } from '../http/clerk-problem.ts';
import type { EmailStatus, StoredEmail, StoredUser } from './user.ts';

/** Changes to the email addresses of a user, each a new user; `updatedAt` of the user herself is the directory's. */

/** @throws HttpProblem 422 for a text that is no address. */
export function newEmail(id: string, address: string, status: EmailStatus, now: number): StoredEmail {
  const trimmed = address.trim();
  if (!/^[^\s@]+@[^\s@]+$/.test(trimmed)) throw invalidParameter('email_address', 'a valid email address');
  return { id, address: trimmed, status, createdAt: now, updatedAt: now };
}

/** A user's first address is her primary one. */
export function addEmail(user: StoredUser, email: StoredEmail, primary: boolean): StoredUser {
  const primaryEmailId = primary || user.emails.length === 0 ? email.id : user.primaryEmailId;
  return { ...user, emails: [...user.emails, email], primaryEmailId };
}

export function setEmailStatus(user: StoredUser, emailId: string, status: EmailStatus, now: number): StoredUser {
  const emails = user.emails.map((email) =>
    email.id === emailId && email.status !== status ? { ...email, status, updatedAt: now } : email,
  );
  return { ...user, emails };
}

export function makePrimary(user: StoredUser, emailId: string): StoredUser {
  return { ...user, primaryEmailId: emailId };
}

/** When the primary address goes, the next verified one takes its place. */
export function removeEmail(user: StoredUser, emailId: string): StoredUser {
  const emails = user.emails.filter(({ id }) => id !== emailId);
  const next = emails.find(({ status }) => status === 'verified')?.id ?? null;
  return { ...user, emails, primaryEmailId: user.primaryEmailId === emailId ? next : user.primaryEmailId };
}

export function isEmailStatus(text: string): text is EmailStatus {
  return text === 'verified' || text === 'reserved' || text === 'unverified';
}
