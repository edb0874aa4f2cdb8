import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SESSION_CLAIMS } from '../../../scripts/deploy/what-to-paste.ts';
import { readProfileClaims } from '../../../shared/adapters/clerk/profile-claims.ts';
import { SECRET_FIELDS } from '../../../shared/adapters/secrets/source.ts';
import { blocksOf, find, pages, read } from '../../support/docs/pages.ts';

const blocks = pages().flatMap((page) => blocksOf(page).map((block) => ({ ...block, page: page.path })));
const inLanguage = (...languages: readonly string[]) =>
  blocks.filter(({ language }) => languages.includes(language)).map((block, at) => ({ ...block, at: at + 1 }));

/** Files that `npm run check` compiles and that snippets are taken out of. */
const SOURCES = find('{docs/examples/**/*.{ts,tsx},test/package/shop/*.ts}').map((path) => ({
  path,
  lines: linesOf(read(path)),
}));

/** Without indentation: a snippet stands at the left edge. */
function linesOf(text: string): readonly string[] {
  return text.split('\n').map((line) => line.trim());
}

/** A snippet's paragraphs. */
function partsOf(snippet: string): readonly (readonly string[])[] {
  return snippet
    .trim()
    .split(/\n\s*\n/)
    .map((part) => linesOf(part));
}

/** Whether a file has each paragraph of a snippet, word for word. */
function isTakenFrom(lines: readonly string[], snippet: string): boolean {
  const text = `\n${lines.join('\n')}\n`;
  return partsOf(snippet).every((part) => text.includes(`\n${part.join('\n')}\n`));
}

describe('TypeScript in the documentation', () => {
  const snippets = inLanguage('ts', 'tsx', 'js', 'typescript');

  it('is there', () => expect(snippets.length).toBeGreaterThan(6));

  it.each(snippets)('is taken out of a file that is compiled: $page, $at', ({ content }) => {
    expect(SOURCES.filter(({ lines }) => isTakenFrom(lines, content)).map(({ path }) => path)).not.toEqual([]);
  });

  it('would fail for a line that is in no file', () => {
    const { content = '' } = snippets[0] ?? {};
    expect(SOURCES.some(({ lines }) => isTakenFrom(lines, `${content}const strange = 1;\n`))).toBe(false);
  });
});

describe('JSON in the documentation', () => {
  const documents = inLanguage('json');

  it.each(documents)('is JSON: $page, $at', ({ content }) => {
    expect(() => JSON.parse(content) as unknown).not.toThrow();
  });

  it('that stands for session claims is what the authorizer reads, each of them', () => {
    const claims = documents.filter(({ content }) => content.includes('{{user.'));
    expect(claims.map(({ page }) => page)).toContain('docs/getting-started.md');
    for (const { content } of claims) {
      const template = JSON.parse(content) as Record<string, string>;
      expect(template).toEqual(SESSION_CLAIMS);
      const payload = { ...template, updatedAt: 1_764_104_400_123 };
      expect(readProfileClaims(payload)).toEqual({
        claims: {
          email: template['email'],
          firstName: template['firstName'],
          lastName: template['lastName'],
          imageUrl: template['imageUrl'],
        },
        asOf: expect.any(Number) as number,
      });
    }
  });

  it('that stands for the secret has its fields and no others', () => {
    const secrets = documents.filter(({ content }) => content.includes('webhookSecrets'));
    expect(secrets.length).toBeGreaterThan(1);
    for (const { content } of secrets) expect(Object.keys(JSON.parse(content) as object)).toEqual([...SECRET_FIELDS]);
  });
});

describe('What the shell is told beside our own commands', () => {
  const sh = (script: string, cwd: string) => spawnSync('bash', ['-euc', script], { cwd, encoding: 'utf8' });

  it('makes an admin key and its hash', () => {
    const [script = ''] = blocks.filter(({ content }) => content.startsWith('key=')).map(({ content }) => content);
    const { stdout } = sh(`${script}\necho "$key"`, tmpdir());
    const [hash = '', key = ''] = stdout.trim().split('\n');
    expect(key).toMatch(/^cds_[\w-]{43,}$/);
    expect(hash).toBe(createHash('sha256').update(key).digest('hex'));
  });

  it('takes address and key of the local cloud out of its file', () => {
    const [script = ''] = blocks.filter(({ content }) => content.startsWith('API=')).map(({ content }) => content);
    const directory = mkdtempSync(join(tmpdir(), 'snippets-'));
    mkdirSync(join(directory, '.local'));
    writeFileSync(
      join(directory, '.local/stack.json'),
      JSON.stringify({ api: 'http://127.0.0.1:3000', adminApiKey: 'cds_x' }),
    );
    const { stdout } = sh(`${script}\necho "$API $ADMIN_KEY"`, directory);
    rmSync(directory, { recursive: true });
    expect(stdout.trim()).toBe('http://127.0.0.1:3000 cds_x');
  });
});
