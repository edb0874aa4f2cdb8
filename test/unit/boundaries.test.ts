import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'boundaries-'));
cpSync(join(root, '.oxlintrc.json'), join(scratch, '.oxlintrc.json'));
// Copied out of the repository, the configuration finds no package to read its schema from, and needs none.
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** The rules that the project's lint configuration reports for one file at this place. */
function lint(path: string, source: string): string[] {
  const file = join(scratch, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, source);
  const report = runOxlint(file);
  rmSync(file);
  return report.map(({ code }) => code);
}

function runOxlint(file: string): { code: string }[] {
  const args = [
    join(root, 'node_modules/oxlint/bin/oxlint'),
    '-f',
    'json',
    '-c',
    join(scratch, '.oxlintrc.json'),
    file,
  ];
  try {
    return parse(execFileSync(process.execPath, args, { cwd: scratch, encoding: 'utf8', stdio: 'pipe' }));
  } catch (error) {
    return parse((error as { stdout: string }).stdout);
  }
}

function parse(output: string): { code: string }[] {
  return (JSON.parse(output) as { diagnostics: { code: string }[] }).diagnostics;
}

const IMPORT = 'eslint(no-restricted-imports)';
const GLOBAL = 'eslint(no-restricted-globals)';
const PROPERTY = 'eslint(no-restricted-properties)';

describe('Imports point one way: functions → sync → ports → domain', () => {
  it.each([
    ['shared/domain/x.ts', "import '../ports/time.ts';"],
    ['shared/domain/x.ts', "import 'node:fs';"],
    ['shared/names/x.ts', "import '../domain/user.ts';"],
    ['shared/ports/x.ts', "import '../sync/apply-snapshot.ts';"],
    ['shared/ports/x.ts', "import '../adapters/memory/user-store.ts';"],
    ['shared/sync/x.ts', "import '../adapters/memory/user-store.ts';"],
    ['shared/sync/x.ts', "import 'svix';"],
    ['shared/sync/reconcile/x.ts', "import '../../adapters/memory/user-store.ts';"],
    ['shared/sync/reconcile/x.ts', "import '../../../functions/users/me.ts';"],
    ['shared/adapters/memory/x.ts', "import '../../sync/apply-snapshot.ts';"],
    ['shared/adapters/memory/x.ts', "import '../../../functions/users/me.ts';"],
    ['functions/users/x.ts', "import '../../infra/app.ts';"],
    ['infra/x.ts', "import '../functions/users/me.ts';"],
    ['infra/x.ts', "import '../shared/domain/user.ts';"],
    ['infra/local/x.ts', "import '../../shared/ports/time.ts';"],
  ])('%s may not contain %s', (path, source) => {
    expect(lint(path, source)).toContain(IMPORT);
  });

  it.each([
    ['shared/domain/x.ts', "import './user.ts';"],
    ['shared/ports/x.ts', "import '../domain/user.ts';"],
    ['shared/sync/x.ts', "import { createHash } from 'node:crypto';\nexport const h = createHash;"],
    ['shared/sync/reconcile/x.ts', "import '../../ports/time.ts';"],
    ['functions/users/x.ts', "import '../../shared/adapters/memory/user-store.ts';"],
    ['infra/constructs/x.ts', "import '../../shared/names/table.ts';"],
  ])('%s may contain %s', (path, source) => {
    expect(lint(path, source)).not.toContain(IMPORT);
  });
});

describe('Time, randomness, ids and timers are ports', () => {
  it.each([
    ['export const x = Date.now();', PROPERTY],
    ['export const x = Math.random();', PROPERTY],
    ['export const x = AbortSignal.timeout(1);', PROPERTY],
    ['setTimeout(() => {}, 1);', GLOBAL],
    ['setInterval(() => {}, 1);', GLOBAL],
    ['export const x = performance.now();', GLOBAL],
    ['export const x = crypto.randomUUID();', GLOBAL],
    ["import { randomUUID } from 'node:crypto';\nexport const x = randomUUID;", IMPORT],
    ["import { setTimeout as wait } from 'node:timers/promises';\nexport const x = wait;", IMPORT],
  ])('lint refuses: %s', (source, rule) => {
    expect(lint('functions/users/x.ts', source)).toContain(rule);
  });

  it('no function or core module reads the ambient clock through `new Date()`, which lint cannot see', () => {
    const files = globSync(['functions/**/*.ts', 'shared/**/*.ts'], { cwd: root });
    expect(files.length).toBeGreaterThan(20);
    const offending = files
      .filter((file) => !file.startsWith('shared/adapters/system/'))
      .filter((file) =>
        /new Date\(\s*\)|globalThis\.(setTimeout|performance|crypto|Date)/.test(readFileSync(join(root, file), 'utf8')),
      );
    expect(offending).toEqual([]);
  });
});
