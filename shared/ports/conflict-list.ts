import type { Name } from '../domain/names.ts';
import type { Page, PageRequest } from './page.ts';

/** The names that somebody waits for, for people to look at. */
export interface ConflictList {
  /** Names, the longest waited for first. A hint, since the list lags: the reservation decides. @throws StoreUnavailable */
  list(page: PageRequest): Promise<Page<Name>>;
}
