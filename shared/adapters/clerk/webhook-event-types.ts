/**
 * What is done with an event: `user` brings a whole user, `deletion` says that one is gone, `ignored` is counted by its name
 * and changes nothing.
 */
export type EventKind = 'user' | 'deletion' | 'ignored';

/**
 * Every event type of Clerk's webhook document (2025-04-15). A handler for another one begins here: give its type a kind of
 * its own, and the compiler names what must read it (`webhook-event.ts`) and what must apply it (`sync/events/apply-event.ts`).
 */
const KINDS: Readonly<Record<string, EventKind>> = {
  'user.created': 'user',
  'user.updated': 'user',
  'user.deleted': 'deletion',
  'organization.created': 'ignored',
  'organization.updated': 'ignored',
  'organization.deleted': 'ignored',
  'organizationDomain.created': 'ignored',
  'organizationDomain.updated': 'ignored',
  'organizationDomain.deleted': 'ignored',
  'organizationInvitation.created': 'ignored',
  'organizationInvitation.accepted': 'ignored',
  'organizationInvitation.revoked': 'ignored',
  'organizationMembership.created': 'ignored',
  'organizationMembership.updated': 'ignored',
  'organizationMembership.deleted': 'ignored',
  'permission.created': 'ignored',
  'permission.updated': 'ignored',
  'permission.deleted': 'ignored',
  'role.created': 'ignored',
  'role.updated': 'ignored',
  'role.deleted': 'ignored',
  'session.created': 'ignored',
  'session.pending': 'ignored',
  'session.ended': 'ignored',
  'session.removed': 'ignored',
  'session.revoked': 'ignored',
  'email.created': 'ignored',
  'sms.created': 'ignored',
  'paymentAttempt.created': 'ignored',
  'paymentAttempt.updated': 'ignored',
  'subscription.created': 'ignored',
  'subscription.updated': 'ignored',
  'subscription.active': 'ignored',
  'subscription.pastDue': 'ignored',
  'subscriptionItem.abandoned': 'ignored',
  'subscriptionItem.active': 'ignored',
  'subscriptionItem.canceled': 'ignored',
  'subscriptionItem.ended': 'ignored',
  'subscriptionItem.freeTrialEnding': 'ignored',
  'subscriptionItem.incomplete': 'ignored',
  'subscriptionItem.pastDue': 'ignored',
  'subscriptionItem.upcoming': 'ignored',
  'subscriptionItem.updated': 'ignored',
  'waitlistEntry.created': 'ignored',
  'waitlistEntry.updated': 'ignored',
};

/** @returns undefined for a type that the document does not have, such as one that Clerk has added since */
export function kindOf(type: string): EventKind | undefined {
  return Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
}
