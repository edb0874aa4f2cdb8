import { describe, expect, it } from 'vitest';
import { configurationDocument } from '../../../scripts/docs/configuration.ts';
import { commentsOf, membersOf } from '../../../scripts/docs/members.ts';
import { variables } from '../../../scripts/docs/variables.ts';
import { ENVIRONMENT } from '../../../shared/names/environment.ts';
import { read } from '../../support/docs/pages.ts';

const document = read('docs/configuration.md');

describe('docs/configuration.md', () => {
  it('is what `npm run docs` writes: run it after a change of a setting', () => {
    expect(document).toBe(configurationDocument());
  });

  it('says of every prop and field what it is', () => {
    const entries = document.split('\n').filter((line) => line.startsWith('- **'));
    expect(entries.length).toBeGreaterThan(80);
    expect(entries.filter((line) => /(: |: Required\.)$/.test(line))).toEqual([]);
  });

  it('has every environment variable, each with somebody who reads it', () => {
    expect(variables().map(({ name }) => name)).toEqual(Object.values(ENVIRONMENT));
    expect(variables().filter(({ readBy }) => readBy.length === 0)).toEqual([]);
  });

  it('knows by the parsers who reads a variable, and whether it may be missing', () => {
    expect(variables().find(({ name }) => name === 'EVENT_BUS')).toMatchObject({ readBy: ['changes'] });
    expect(variables().find(({ name }) => name === 'CLERK_ISSUER')?.ifMissing).toContain('Frontend API URL');
    expect(variables().find(({ name }) => name === 'ON_STORE_FAILURE')?.ifMissing).toBeUndefined();
  });

  it('has every variable described, by a prop of its name or a comment', () => {
    const comments = commentsOf(read('shared/names/environment.ts'));
    const props = ['AuthorizerSettings', 'ClerkUserSyncProps'].flatMap((name) =>
      membersOf(read('infra/constructs/clerk-user-sync-props.ts'), `export interface ${name} `).map(
        (member) => member.name,
      ),
    );
    expect(Object.keys(ENVIRONMENT).filter((key) => !props.includes(key) && (comments[key] ?? '') === '')).toEqual([]);
  });
});

describe('Members of an interface', () => {
  const source = `
export interface Other {
  readonly stranger: string;
}
export interface Settings extends Other {
  /**
   * How many
   * there are.
   * @default 3
   */
  readonly count?: number;
  /** @default - none */
  readonly size?:
    | 'small'
    | 'large';
  readonly name: string;
}
`;

  it('come with what their docstrings say', () => {
    expect(membersOf(source, 'export interface Settings ')).toEqual([
      { name: 'count', type: 'number', isOptional: true, text: 'How many there are.', fallback: '3' },
      { name: 'size', type: "| 'small' | 'large'", isOptional: true, text: '', fallback: 'none' },
      { name: 'name', type: 'string', isOptional: false, text: '', fallback: '' },
    ]);
  });

  it('are of an interface that there is', () => {
    expect(() => membersOf(source, 'export interface Missing ')).toThrow('Missing');
  });
});
