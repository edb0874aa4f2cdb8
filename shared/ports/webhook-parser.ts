import type { DeletionSnapshot, EventSnapshot } from '../domain/snapshot.ts';

/** A verified webhook, read. */
export type WebhookEvent =
  | {
      readonly kind: 'user';
      readonly type: string;
      readonly instanceId: string | undefined;
      readonly snapshot: EventSnapshot;
    }
  | {
      readonly kind: 'deletion';
      readonly type: string;
      readonly instanceId: string | undefined;
      readonly snapshot: DeletionSnapshot;
    }
  /** Of a type that changes no user; `unknown` for one that Clerk's document does not have: nobody may invent names to count. */
  | { readonly kind: 'ignored'; readonly type: string }
  /** `reason` is a stable word, never a value of the payload. */
  | { readonly kind: 'refused'; readonly reason: string; readonly userId?: string | undefined };

/**
 * @param text the raw body
 * @param receivedAt ms: stands in for an envelope without a timestamp
 */
export type WebhookParser = (text: string, receivedAt: number) => WebhookEvent;
