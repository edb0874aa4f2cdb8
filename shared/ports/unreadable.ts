/**
 * One of a list that this version cannot read: a newer one has written it, or a hand. It stands in the list all the same: whoever
 * adds up what the list says has to expect the worst of it.
 */
export interface Unreadable {
  readonly id: string;
  /** What is wrong with it, in words; never a value. */
  readonly unreadable: string;
}

export function isReadable<T extends object>(listed: T): listed is Exclude<T, Unreadable> {
  return !('unreadable' in listed);
}
