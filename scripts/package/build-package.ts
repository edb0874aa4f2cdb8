import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundle } from '../../infra/constructs/bundle.ts';
import { FUNCTION_NAMES, OPTIONAL_FUNCTION_NAMES } from '../../infra/constructs/bundles.ts';
import { runProgram } from './run-program.ts';
import { noticesOf } from './notices.ts';

/** The repository, whose package it is. */
const ROOT = join(import.meta.dirname, '../..');

/** What an application of the construct has itself, in the version that it chooses. */
const PEERS = ['aws-cdk-lib', 'constructs'];

/**
 * Makes `dist/`, which is what the package carries: the functions in bundles, the construct and the helper for functions behind the
 * authorizer in one module each, and their types. Nothing but the peers is imported by any of it.
 *
 * @param onProgress is told what is made
 * @throws Error of the program that could not do its part
 */
export async function buildPackage(onProgress: (message: string) => void): Promise<void> {
  const dist = join(ROOT, 'dist');
  await rm(dist, { recursive: true, force: true });
  onProgress('Bundling the functions');
  const names = [...FUNCTION_NAMES, ...OPTIONAL_FUNCTION_NAMES];
  const inputs = names.flatMap((name) => {
    const entry = join(ROOT, 'functions', name, 'handler.ts');
    return bundle(ROOT, entry, join(dist, 'functions', name, 'index.mjs'));
  });
  onProgress('Bundling the construct');
  await bundleModules(dist);
  onProgress('Writing the types');
  await writeTypes(dist);
  await writeFile(join(dist, 'THIRD-PARTY-NOTICES.txt'), await noticesOf(ROOT, inputs));
}

async function bundleModules(dist: string): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: { index: 'infra/index.ts', request: 'shared/request/index.ts' },
    outdir: dist,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    charset: 'utf8',
    external: PEERS,
    logLevel: 'warning',
  });
}

async function writeTypes(dist: string): Promise<void> {
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  await runProgram(process.execPath, [compiler, '--project', 'tsconfig.package.json'], ROOT);
  const types = join(dist, 'types');
  await mkdir(types, { recursive: true });
  const files = await readdir(types, { recursive: true });
  const declarations = files.filter((name) => name.endsWith('.d.ts')).map((name) => join(types, name));
  await Promise.all(declarations.map(nameModules));
}

/** Declarations keep the endings of the sources that they import, which no more than the newest compilers read. */
async function nameModules(path: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replaceAll(/(from '\.[^']*|import\('\.[^']*)\.ts'/g, "$1.js'"));
}
