import type { Clock } from '../../ports/time.ts';
import type { DirectoryUser, UserDirectory } from '../../ports/user-directory.ts';

/** Where a walk of the last updated users stands. */
export interface UpdatedPosition {
  /** How many users of Clerk's list to pass over. */
  readonly offset: number;
  /** Every user updated after this time has been shown, ms of Clerk's `updated_at`; undefined where the list begins. */
  readonly reached?: number;
}

/** Users of one page whom this walk has not shown yet, the last updated first. */
export interface UpdatedUsers {
  readonly users: readonly DirectoryUser[];
  /** When the read of the page began, ms. */
  readonly seenAt: number;
  /** Where a later walk can go on. */
  readonly position: UpdatedPosition;
}

interface ListDependencies {
  readonly directory: Pick<UserDirectory, 'listUpdated'>;
  readonly clock: Clock;
}

/** A page of one user could not overlap with the one before and show somebody new. */
const SMALLEST_PAGE = 2;

/**
 * Walks Clerk's users from the last updated one on. Clerk knows no cursor in this order, and an offset moves under the walk:
 * whoever is deleted pulls everybody behind forward by one, whoever is updated jumps to the front. So pages overlap, and a page
 * counts as the next one only where it provably leaves no gap; else the walk steps back, if need be to the front of the list.
 *
 * Whoever is updated while it walks may be missed: she stands at the front then, above everybody whom the walk has begun with.
 * Nobody else is, as long as Clerk orders users of one time alike from call to call.
 *
 * @param pageSize 2 to 500
 * @throws DirectoryUnavailable when a page cannot be read
 */
export async function* listUpdated(
  { directory, clock }: ListDependencies,
  start: UpdatedPosition,
  pageSize: number,
): AsyncGenerator<UpdatedUsers> {
  const limit = Math.max(SMALLEST_PAGE, pageSize);
  const overlap = Math.max(1, Math.floor(limit / 10));
  const shown = createShown(start.reached);
  let { offset } = start;
  let stepBack = overlap;
  for (;;) {
    const seenAt = clock.now();
    const page = await directory.listUpdated({ limit, offset });
    if (offset > 0 && !shown.isContinuedBy(page)) {
      offset = Math.max(0, offset - stepBack);
      stepBack *= 2;
      continue;
    }
    stepBack = overlap;
    const users = shown.take(page);
    yield { users, seenAt, position: { offset, ...shown.reached() } };
    const isNews = users.length > 0;
    // A page with one user at most, whom we know: there is nobody behind. A short page alone proves nothing.
    if (page.length < SMALLEST_PAGE && !isNews) return;
    offset += Math.max(0, page.length - (isNews && page.length === limit ? overlap : 1));
  }
}

/** What a walk has shown so far: everybody from the front of the list to some place in it. */
interface Shown {
  /** Whether there is nobody between what was shown and this page. */
  isContinuedBy(page: readonly DirectoryUser[]): boolean;
  /** Those of a page that were not shown yet. */
  take(page: readonly DirectoryUser[]): DirectoryUser[];
  reached(): Pick<UpdatedPosition, 'reached'>;
}

function createShown(from: number | undefined): Shown {
  const ids = new Set<string>();
  let reached = from;
  let lastPage = new Set<string>();
  return {
    isContinuedBy(page) {
      const first = page[0];
      if (!first) return false;
      // It begins above the place that was reached, or has somebody of the page before. Whoever was updated meanwhile makes it
      // begin above.
      const isAbove = first.asOf > (reached ?? Number.POSITIVE_INFINITY);
      return isAbove || page.some(({ id }) => lastPage.has(id));
    },
    take(page) {
      const fresh = page.filter(({ id }) => !ids.has(id));
      for (const { id } of fresh) ids.add(id);
      lastPage = new Set(page.map(({ id }) => id));
      const last = page.at(-1);
      if (last) reached = Math.min(reached ?? last.asOf, last.asOf);
      return fresh;
    },
    reached: () => (reached === undefined ? {} : { reached }),
  };
}
