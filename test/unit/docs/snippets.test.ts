import { basename } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
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

const withText = (pattern: string) => find(pattern).map((path) => ({ path, text: read(path) }));
/** What imports or bundles a file of the examples: a test, what belongs to one, or another example. */
const TESTS = withText('test/{e2e,package,support,unit}/**/*.ts');
const EXAMPLES = withText('docs/examples/**/*.{ts,tsx}');

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

const TYPESCRIPT = ['ts', 'tsx', 'js', 'typescript'];

describe('TypeScript in the documentation', () => {
  const snippets = inLanguage(...TYPESCRIPT);

  it('is there', () => expect(snippets.length).toBeGreaterThan(6));

  it.each(snippets)('is taken out of a file that is compiled: $page, $at', ({ content }) => {
    expect(SOURCES.filter(({ lines }) => isTakenFrom(lines, content)).map(({ path }) => path)).not.toEqual([]);
  });

  it.each(find('docs/examples/**/*.{ts,tsx}'))('is run by a test, and not only compiled: %s', (path) => {
    const name = path.replace('docs/examples/', 'examples/');
    const others = [...TESTS, ...EXAMPLES.filter((other) => other.path !== path)];
    expect(others.some(({ text }) => text.includes(name) || text.includes(`'./${basename(path)}'`))).toBe(true);
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

  it('that stands for an event is one', () => {
    const events = documents.filter(({ content }) => content.includes('"detail-type"'));
    const validate = new Ajv2020({ strict: false, formats: { 'date-time': true } }).compile(
      JSON.parse(read('docs/events.schema.json')) as object,
    );
    expect(events.map(({ page }) => page)).toEqual(['docs/events.md']);
    for (const { content } of events) {
      validate(JSON.parse(content));
      expect(validate.errors ?? []).toEqual([]);
    }
  });

  it('that stands for the secret has its fields and no others', () => {
    const secrets = documents.filter(({ content }) => content.includes('webhookSecrets'));
    expect(secrets.length).toBeGreaterThan(1);
    for (const { content } of secrets) expect(Object.keys(JSON.parse(content) as object)).toEqual([...SECRET_FIELDS]);
  });
});

describe('Whatever else stands in a block', () => {
  /** By its language, what looks at it. */
  const LOOKED_AT: Readonly<Record<string, string>> = {
    sh: 'test/e2e/documentation.test.ts types it',
    '': 'test/e2e/documentation.test.ts types it',
    csv: 'test/e2e/documentation.test.ts imports it',
    text: 'test/e2e/documentation.test.ts compares it with what the demo prints',
    mermaid: 'a picture: GitHub draws it, and nothing here does',
  };

  it('is of a kind that a test looks at', () => {
    const known = [...TYPESCRIPT, 'json', ...Object.keys(LOOKED_AT)];
    expect(blocks.filter(({ language }) => !known.includes(language))).toEqual([]);
  });

  it('is there once, where one test has one use for it', () => {
    for (const language of ['csv', 'text']) expect(inLanguage(language)).toHaveLength(1);
    const kinds = [/\{\{user\./, /webhookSecrets/, /"detail-type"/];
    expect(inLanguage('json').filter(({ content }) => !kinds.some((kind) => kind.test(content)))).toEqual([]);
  });
});
