import { expect } from 'vitest';
import type { Page, PageRequest } from '../../../shared/ports/page.ts';

/** Reads a list page by page, and holds each page to its limit. */
export async function readPages<T>(list: (page: PageRequest) => Promise<Page<T>>, limit: number): Promise<T[]> {
  const items: T[] = [];
  for (let after: string | undefined; ;) {
    const page = await list({ limit, ...(after !== undefined && { after }) });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    items.push(...page.items);
    if (page.next === undefined) return items;
    expect(page.next).not.toBe(after);
    after = page.next;
  }
}
