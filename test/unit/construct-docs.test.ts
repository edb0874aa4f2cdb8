import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe('docs/construct.md', () => {
  const document = read('docs/construct.md');

  it.each([
    ['clerk-user-sync-props.ts', 'AuthorizerSettings'],
    ['clerk-user-sync-props.ts', 'ClerkUserSyncProps'],
    ['hosting-props.ts', 'HostingProps'],
  ])('has every prop that %s gives %s', (file, name) => {
    const props = membersOf(read(`infra/constructs/${file}`), `export interface ${name} `);
    expect(props.length).toBeGreaterThan(5);
    expect(props.filter((prop) => !document.includes(`\`${prop}\``))).toEqual([]);
  });

  it('has every public member of the construct', () => {
    const source = read('infra/constructs/clerk-user-sync.ts');
    const members = membersOf(source, 'export class ClerkUserSync ');
    expect(members).toContain('webhookUrl');
    expect(members.filter((member) => !document.includes(`\`${member}\``))).toEqual([]);
  });

  it.each(['grantRead', 'createHttpAuthorizer', 'createRestAuthorizer'])('says what %s does', (method) => {
    expect(document).toContain(`\`${method}(`);
    expect(read('infra/constructs/clerk-user-sync.ts')).toContain(`  ${method}(`);
  });
});

/** Names of the members that are declared directly in an interface or a class. */
function membersOf(source: string, start: string): readonly string[] {
  const from = source.indexOf(start);
  if (from < 0) throw new Error(`${start} is not there.`);
  const body = source.slice(from, source.indexOf('\n}\n', from));
  return [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name = '']) => name);
}
