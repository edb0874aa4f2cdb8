import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { runProgram } from '../../../scripts/package/run-program.ts';

const ROOT = join(import.meta.dirname, '../../..');
const NAME = 'clerk-dynamodb-sync';
/** The application, and what it takes from the documentation: where they are in the repository, so that one finds the other. */
const APP = 'test/package/shop';
const SNIPPETS = 'docs/examples/snippets';

/** An application in an empty folder that has installed the package as `npm pack` makes it, and nothing else but its peers. */
export interface Shop {
  readonly directory: string;
  /** Names of the files in the package. */
  readonly packed: readonly string[];
  readonly manifest: Readonly<Record<string, unknown>>;
  /** What the application printed while it was synthesised. */
  readonly printed: Readonly<Record<string, unknown>>;
  /** Cloud assemblies. */
  readonly http: string;
  readonly rest: string;
  /** With one for each of the stacks that the documentation shows, by the name of its file. */
  readonly documented: string;
  remove(): Promise<void>;
}

/** Packs, installs without network, and synthesises. */
export async function openShop(): Promise<Shop> {
  const directory = await mkdtemp(join(tmpdir(), 'shop-'));
  const tarball = await pack(directory);
  await install(directory, tarball);
  for (const part of [APP, SNIPPETS]) await cp(join(ROOT, part), join(directory, part), { recursive: true });
  await bundleOrders(join(directory, APP));
  const outdir = join(directory, 'cdk.out');
  const printed = await runProgram(process.execPath, [join(APP, 'app.ts'), outdir], directory);
  const installed = join(directory, 'node_modules', NAME);
  return {
    directory,
    packed: (await readdir(installed, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(installed.length + 1)),
    manifest: JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as Record<string, unknown>,
    printed: JSON.parse(printed) as Record<string, unknown>,
    http: join(outdir, 'http'),
    rest: join(outdir, 'rest'),
    documented: join(outdir, 'documented'),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** @returns the tarball's path */
async function pack(directory: string): Promise<string> {
  const answer = await runProgram('npm', ['pack', '--json', '--pack-destination', directory], ROOT);
  const [packed] = JSON.parse(answer) as { filename: string }[];
  if (!packed) throw new Error('npm packed nothing.');
  return join(directory, packed.filename);
}

/**
 * The package is copied in by npm, offline; the peers are linked to those that the repository has, since a registry is not at
 * hand everywhere. A link is followed before a package looks for its own: the shop has these two and what they bring.
 */
async function install(directory: string, tarball: string): Promise<void> {
  await writeFile(join(directory, 'package.json'), JSON.stringify({ name: 'shop', private: true, type: 'module' }));
  await runProgram('npm', ['install', '--offline', '--legacy-peer-deps', '--ignore-scripts', tarball], directory);
  for (const peer of ['aws-cdk-lib', 'constructs']) {
    await symlink(join(ROOT, 'node_modules', peer), join(directory, 'node_modules', peer));
  }
}

/** As the shop's own build would. */
async function bundleOrders(directory: string): Promise<void> {
  await mkdir(join(directory, 'orders'));
  await build({
    absWorkingDir: directory,
    entryPoints: ['orders.ts'],
    outfile: 'orders/index.mjs',
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    // The names of this repository's own TypeScript settings must not lead back into it.
    tsconfigRaw: {},
  });
}

/** Checks the types of the shop, as its author would. */
export async function typeCheck(directory: string): Promise<void> {
  const strict = { strict: true, exactOptionalPropertyTypes: true };
  const options = { module: 'nodenext', target: 'es2024', noEmit: true, allowImportingTsExtensions: true };
  const files = ['app.ts', 'orders.ts'].map((name) => join(APP, name));
  await symlink(join(ROOT, 'node_modules/@types'), join(directory, 'node_modules/@types'));
  const compilerOptions = { ...options, ...strict, skipLibCheck: true, types: ['node'] };
  await writeFile(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  await runProgram(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '--project', '.'], directory);
}
