import type { ChangeEvent } from '../domain/change-event.ts';

/** The bus on which applications hear of changes. At least once, and in no order that anyone could rely on. */
export interface EventPublisher {
  /**
   * Publishes events, one after the other, up to the first that the bus does not take: who comes again begins there, and what
   * is behind it would only be heard twice. Tries a few times, in bounded time, and never fails.
   */
  publish(events: readonly ChangeEvent[]): Promise<PublishResult>;
}

export type PublishResult =
  | { readonly status: 'published' }
  | {
      readonly status: 'failed';
      /** Those that are to come again, in the order they were given: some of them may be on the bus. At least one. */
      readonly unpublished: readonly ChangeEvent[];
      /** What the bus said of the first: a code, no value of anybody's. */
      readonly reason: string;
    };
