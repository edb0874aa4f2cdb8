import type { Page, PageRequest } from './page.ts';
import type { Run } from './run-store.ts';
import type { Unreadable } from './unreadable.ts';

/** The runs there have been, for people to look at. */
export interface RunHistory {
  /** Runs, the latest first; none is left out. The list may lag; each run is as it is now. @throws StoreUnavailable */
  list(page: PageRequest): Promise<Page<Run | Unreadable>>;
}
