/** Which part of a list is wanted. */
export interface PageRequest {
  /** Items at most, 1 to 100. */
  readonly limit: number;
  /** Where it goes on: `next` of the page before. Anything else leads nowhere else than into the same list. */
  readonly after?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** What to pass as `after` for the next page; undefined when there is none. A page may be short and yet have a next. */
  readonly next: string | undefined;
}
