import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');

/** A page of the documentation. */
export interface Page {
  /** From the repository's root. */
  readonly path: string;
  readonly text: string;
}

/** A fenced block. */
export interface Block {
  readonly language: string;
  readonly content: string;
}

export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

export function find(pattern: string): readonly string[] {
  return globSync(pattern, { cwd: ROOT }).toSorted();
}

/** Every page there is. */
export function pages(): readonly Page[] {
  return find('{*.md,docs/**/*.md}').map((path) => ({ path, text: read(path) }));
}

export const FENCE = /^( *)```(\w*)[^\n]*\n([\s\S]*?)^\1```$/gm;

export function blocksOf({ text }: Page): readonly Block[] {
  return [...text.matchAll(FENCE)].map(([, indent = '', language = '', content = '']) => ({
    language,
    content: content.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }));
}

export function withoutBlocks({ text }: Page): string {
  return text.replaceAll(FENCE, '');
}

/** The anchors that GitHub gives to a page's headings. */
export function anchorsOf(page: Page): readonly string[] {
  const headings = withoutBlocks(page).matchAll(/^#{1,6} (.+)$/gm);
  const seen = new Map<string, number>();
  return [...headings].map(([, heading = '']) => {
    const slug = heading
      .toLowerCase()
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  });
}
