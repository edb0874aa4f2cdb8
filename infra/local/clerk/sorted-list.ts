export type Compare<T> = (left: T, right: T) => number;

/**
 * @returns How many items at the front of a sorted list are `below` (a test that is true for a prefix of the list).
 */
export function countBelow<T>(sorted: readonly T[], below: (item: T) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = sorted[middle];
    if (item !== undefined && below(item)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A list that is always in order. `compare` must tell any two items apart. */
export class SortedList<T> {
  readonly #compare: Compare<T>;
  #items: T[] = [];

  constructor(compare: Compare<T>) {
    this.#compare = compare;
  }

  get items(): readonly T[] {
    return this.#items;
  }

  add(item: T): void {
    this.#items.splice(this.#position(item), 0, item);
  }

  /** Sorts once: adding 100,000 items one by one would move the tail of the list 100,000 times. */
  addAll(items: readonly T[]): void {
    this.#items = [...this.#items, ...items].toSorted(this.#compare);
  }

  /** @returns Whether the item was there. */
  remove(item: T): boolean {
    const position = this.#position(item);
    const found = this.#items[position];
    if (found === undefined || this.#compare(found, item) !== 0) return false;
    this.#items.splice(position, 1);
    return true;
  }

  /** Takes the front of the list for which `below` is true out of it. */
  takeFirst(below: (item: T) => boolean): T[] {
    return this.#items.splice(0, countBelow(this.#items, below));
  }

  #position(item: T): number {
    return countBelow(this.#items, (other) => this.#compare(other, item) < 0);
  }
}
