import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { SettingError } from './setting-error.ts';

/** The functions of every mirror; each has its entry file in `functions/<name>/handler.ts`. */
export const FUNCTION_NAMES = ['authorizer', 'webhook', 'reconciler', 'users', 'whoami', 'changes'] as const;

/** Those that are there when they are asked for. */
export const OPTIONAL_FUNCTION_NAMES = ['health', 'admin'] as const;

export type FunctionName = (typeof FUNCTION_NAMES)[number];

export type BundleName = FunctionName | (typeof OPTIONAL_FUNCTION_NAMES)[number];

/** Where the code of a function comes from: a directory with an `index.mjs` that exports `handler`. */
export type BundleSource = (name: BundleName) => Code;

/**
 * Takes bundles that were built before.
 * @param directory holds one directory per function name, each with an `index.mjs`
 */
export function prebuiltBundles(directory: string): BundleSource {
  return (name) => Code.fromAsset(join(directory, name));
}

/** Where the package has its bundles: beside the module that this file becomes a part of. */
const PACKAGED = join(import.meta.dirname, 'functions');

/**
 * The bundles that the package carries.
 * @throws SettingError where there are none: in the repository, whose app bundles from source instead
 */
export function packagedBundles(): BundleSource {
  if (existsSync(PACKAGED)) return prebuiltBundles(PACKAGED);
  throw new SettingError(
    'bundles is not set, and there are no functions beside this construct: only the package has them. From a checkout of the ' +
      'repository, set bundles to bundlesFromSource() of infra/constructs/bundle.ts, or install what npm pack makes.',
  );
}
