import type { Page, PageRequest } from '../../ports/page.ts';

/**
 * One page of a list that is in memory.
 * @param keyed the items in the order of the list, each with what tells where a list goes on behind it
 */
export function pageOf<T>(keyed: readonly (readonly [key: string, item: T])[], { limit, after }: PageRequest): Page<T> {
  const start = after === undefined ? 0 : keyed.findIndex(([key]) => key === after) + 1;
  const shown = keyed.slice(start, start + limit);
  const last = shown.at(-1);
  return { items: shown.map(([, item]) => item), next: last && start + limit < keyed.length ? last[0] : undefined };
}
