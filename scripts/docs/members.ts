/** A member of an interface, as its declaration and its docstring have it. */
export interface Member {
  readonly name: string;
  readonly type: string;
  readonly isOptional: boolean;
  /** The docstring without its tags. */
  readonly text: string;
  /** What `@default` says; empty where there is none. */
  readonly fallback: string;
}

/**
 * The members that are declared directly in an interface or an object, read from its source: what is documented is what is there.
 *
 * @param start how its declaration begins: `export interface HostingProps `
 */
export function membersOf(source: string, start: string): readonly Member[] {
  const from = source.indexOf(start);
  if (from < 0) throw new Error(`There is no "${start}" in the source.`);
  const body = source.slice(from, source.indexOf('\n}', from));
  const declarations = body.matchAll(
    /(?: {2}\/\*\*(?<doc>(?:(?!\*\/)[\s\S])*)\*\/\n)? {2}readonly (?<name>\w+)(?<optional>\??):\s+(?<type>[^;]+);/g,
  );
  return [...declarations].map(({ groups = {} }) => {
    const [text = '', fallback = ''] = plain(groups['doc'] ?? '').split('@default');
    return {
      name: groups['name'] ?? '',
      type: (groups['type'] ?? '').replaceAll(/\s+/g, ' '),
      isOptional: groups['optional'] === '?',
      text: text.trim(),
      fallback: fallback.trim().replace(/^- /, ''),
    };
  });
}

/** What stands in a comment before each name of an object; empty where nothing does. */
export function commentsOf(source: string): Readonly<Record<string, string>> {
  const entries = source.matchAll(/ {2}(?:\/\*\*(?<doc>(?:(?!\*\/)[\s\S])*)\*\/\n {2})?(?<name>\w+): '/g);
  return Object.fromEntries([...entries].map(({ groups = {} }) => [groups['name'] ?? '', plain(groups['doc'] ?? '')]));
}

function plain(comment: string): string {
  return comment
    .replaceAll(/^\s*\* ?/gm, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(String.raw`\\`, '\\')
    .trim();
}
