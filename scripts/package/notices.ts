import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { BundleName } from '../../infra/constructs/bundles.ts';
import type { UsedPackage } from './licences.ts';

const Manifest = z.object({ name: z.string(), version: z.string(), license: z.string() });

/** A package whose code is in a bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** As the package states it: an SPDX expression. */
  readonly licence: string;
  /** Relative to the repository. */
  readonly directory: string;
}

/**
 * The packages that bundles are made of.
 * @param inputs the files that bundles were made from, relative to the repository
 * @throws Error for a package that states no licence
 */
async function bundledPackages(root: string, inputs: readonly string[]): Promise<readonly BundledPackage[]> {
  const directories = new Set(inputs.map(directoryOf).filter((directory) => directory !== undefined));
  return Promise.all([...directories].toSorted().map((directory) => describe(root, directory)));
}

/** @param inputs by function, the files that its bundle was made from */
export async function usedPackages(
  root: string,
  inputs: readonly (readonly [BundleName, readonly string[]])[],
): Promise<readonly UsedPackage[]> {
  const packages = await bundledPackages(
    root,
    inputs.flatMap(([, files]) => files),
  );
  return packages.map((each) => {
    const functions = inputs.filter(([, files]) => files.some((file) => directoryOf(file) === each.directory));
    return { ...each, functions: functions.map(([name]) => name) };
  });
}

/** @returns the text that everybody who passes the bundles on has to pass on with them */
export async function noticesOf(root: string, inputs: readonly string[]): Promise<string> {
  const packages = await bundledPackages(root, inputs);
  const notices = await Promise.all(packages.map((each) => noticeOf(root, each)));
  return `The functions of this package have code of the following packages in them.\n\n${notices.join('\n')}`;
}

/** `node_modules/a/node_modules/@b/c/lib/d.js` is of the innermost package: `node_modules/a/node_modules/@b/c`. */
function directoryOf(input: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
}

async function describe(root: string, directory: string): Promise<BundledPackage> {
  const read = Manifest.safeParse(JSON.parse(await readFile(join(root, directory, 'package.json'), 'utf8')));
  if (!read.success) {
    throw new Error(`${directory}/package.json states no name, version or licence: find out what it may be used for.`);
  }
  const { name, version, license: licence } = read.data;
  return { name, version, licence, directory };
}

async function noticeOf(root: string, { name, version, licence, directory }: BundledPackage): Promise<string> {
  const files = existsSync(join(root, directory)) ? await readdir(join(root, directory)) : [];
  const texts = files.filter((file) => /^(?:licen[cs]e|notice)(?:\..*)?$/i.test(file)).toSorted();
  const contents = await Promise.all(texts.map((file) => readFile(join(root, directory, file), 'utf8')));
  return [`${'-'.repeat(80)}\n${name} ${version} (${licence})\n`, ...contents.map((text) => `${text.trim()}\n`)].join(
    '\n',
  );
}
