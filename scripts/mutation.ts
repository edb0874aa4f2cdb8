/**
 * `npm run test:long`: changes the rule in every small way Stryker knows and runs its proof against each change.
 * Exits 0 only if nothing survives but what `test/mutation/equivalent.json` lists with the reason why it changes no behaviour.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

interface Report {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>;
}

interface Mutant {
  readonly status: string;
  readonly replacement?: string;
  readonly location: { readonly start: { readonly line: number } };
}

interface Change {
  readonly file: string;
  readonly line: string;
  readonly replacement: string;
}

const CONFIG = 'test/mutation/stryker.config.json';
const REPORT = '.local/mutation/report.json';
const EQUIVALENT = 'test/mutation/equivalent.json';

const { status } = spawnSync('npx', ['stryker', 'run', CONFIG], { stdio: 'inherit' });
process.exitCode = status === 0 ? judge() : 1;

function judge(): 0 | 1 {
  const report = read(REPORT, isReport);
  const listed = read(EQUIVALENT, isChanges);
  const mutants = Object.values(report.files).flatMap((file) => file.mutants);
  const survivors = survivorsOf(report);
  const unlisted = survivors.filter((survivor) => !listed.some((entry) => isSame(entry, survivor)));
  const outdated = listed.filter((entry) => !survivors.some((survivor) => isSame(entry, survivor)));
  for (const { file, line, replacement } of unlisted) {
    console.error(`Survived in ${file}:\n  ${line}\n  became ${replacement}`);
  }
  for (const { file, line } of outdated)
    console.error(`Listed in ${EQUIVALENT}, but it no longer survives: ${file}: ${line}`);
  const killed = mutants.filter((mutant) => mutant.status === 'Killed' || mutant.status === 'Timeout').length;
  console.log(
    `${mutants.length} mutants, ${killed} noticed, ${survivors.length - unlisted.length} that change nothing.`,
  );
  return unlisted.length + outdated.length === 0 ? 0 : 1;
}

function read<T>(path: string, isExpected: (value: unknown) => value is T): T {
  const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (isExpected(value)) return value;
  throw new Error(`${path} is not what it should be.`);
}

/** Stryker has just written it. */
function isReport(value: unknown): value is Report {
  return typeof value === 'object' && value !== null && 'files' in value;
}

function isChanges(value: unknown): value is Change[] {
  return Array.isArray(value) && value.every((entry: unknown) => typeof entry === 'object' && entry !== null);
}

function survivorsOf({ files }: Report): Change[] {
  return Object.entries(files).flatMap(([file, { source, mutants }]) => {
    const lines = source.split('\n');
    return mutants
      .filter((mutant) => mutant.status === 'Survived' || mutant.status === 'NoCoverage')
      .map(({ location, replacement = '' }) => {
        return { file, line: (lines[location.start.line - 1] ?? '').trim(), replacement };
      });
  });
}

function isSame(a: Change, b: Change): boolean {
  return a.file === b.file && a.line === b.line && a.replacement === b.replacement;
}
