import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorsOf, pages, read, withoutBlocks } from '../../support/docs/pages.ts';
import type { Page } from '../../support/docs/pages.ts';

const ROOT = join(import.meta.dirname, '../../..');
const all = pages();

/** Where a page's links lead, as they stand there. */
function linksOf(page: Page): readonly string[] {
  const text = withoutBlocks(page).replaceAll(/`[^`]*`/g, 'code');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

/** What is wrong with a link; undefined if nothing is. */
function problemOf(page: Page, target: string): string | undefined {
  if (/^https:\/\/[\w.-]+\//.test(`${target}/`)) return undefined;
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page.path : normalize(join(dirname(page.path), path));
  if (file.startsWith('..') || !existsSync(join(ROOT, file))) return `${page.path}: there is no ${target}`;
  if (anchor === undefined) return undefined;
  if (statSync(join(ROOT, file)).isDirectory()) return `${page.path}: ${target} is a directory`;
  const anchors = anchorsOf({ path: file, text: read(file) });
  return anchors.includes(anchor) ? undefined : `${page.path}: ${path} has no heading for #${anchor}`;
}

describe('Links of the documentation', () => {
  it('lead to files and headings that there are', () => {
    const links = all.flatMap((page) => linksOf(page).map((target) => ({ page, target })));
    expect(links.length).toBeGreaterThan(250);
    expect(links.map(({ page, target }) => problemOf(page, target)).filter((problem) => problem !== undefined)).toEqual(
      [],
    );
  });

  it.each([
    'docs/nowhere.md',
    'docs/README.md#nowhere',
    '../outside.md',
    'http://example.com',
    '#nowhere',
    'docs#here',
  ])('would fail for %s', (target) =>
    expect(problemOf({ path: 'README.md', text: read('README.md') }, target)).toBeDefined(),
  );

  it('reach every page from the index, decisions by their folder', () => {
    const index = all.find(({ path }) => path === 'docs/README.md');
    const linked = index === undefined ? [] : linksOf(index).map((target) => normalize(join('docs', target)));
    const expected = all.map(({ path }) => path).filter((path) => /^docs\/[^/]+\.md$/.test(path));
    expect(expected.filter((path) => path !== 'docs/README.md' && !linked.includes(path))).toEqual([]);
    expect(linked).toContain('docs/adr');
  });
});
