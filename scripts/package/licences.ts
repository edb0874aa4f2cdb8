import type { BundleName } from '../../infra/constructs/bundles.ts';
import type { BundledPackage } from './notices.ts';

/** A package, and the functions that it is in. */
export interface UsedPackage extends BundledPackage {
  readonly functions: readonly BundleName[];
}

/** The licences under which code may be passed on in a bundle: none asks for more than its own text to be passed on with it. */
export const ALLOWED_LICENCES = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT-0',
  'Unlicense',
];

/** The text of docs/licences.md. */
export function describeLicences(packages: readonly UsedPackage[]): string {
  const rows = packages.map(({ name, version, licence, functions }) => [name, version, licence, functions.join(', ')]);
  return [
    '# Licences',
    '',
    'What is in the functions beside code of this repository, as esbuild says of their bundles. `npm run licences` writes this list, and',
    '`test/infra/bundle.test.ts` finds out where it is wrong, or has a licence that is not allowed. The texts are in the package:',
    '`dist/THIRD-PARTY-NOTICES.txt`.',
    '',
    ...table([['package', 'version', 'licence', 'in'], ...rows]),
    '',
  ].join('\n');
}

/** As oxfmt writes them. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const [head = []] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map(
    (row) => `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`,
  );
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [lines[0] ?? '', rule, ...lines.slice(1)];
}
