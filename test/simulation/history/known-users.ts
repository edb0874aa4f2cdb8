import type { JsonObject } from '../../../shared/domain/json.ts';
import type { Transition } from '../world/table.ts';

/** What has happened to users and is in no table: the invariants judge by it. */
export class KnownUsers {
  /** When Clerk last answered that it has no such user, ms. */
  readonly absentAt = new Map<string, number>();
  /** A message that Clerk has signed says that they are deleted. */
  readonly announced = new Set<string>();
  /** What the application has written to each. */
  readonly app = new Map<string, JsonObject>();
  /** Administrators have asked for their erasure although Clerk has them. */
  readonly erasable = new Set<string>();
  /** Their personal values have been erased. */
  readonly erased = new Set<string>();

  written({ write, after }: Transition): void {
    if (write.erase) this.erased.add(after.id);
    else if (!after.tombstone) this.erased.delete(after.id);
  }
}
