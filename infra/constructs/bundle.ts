import { join, relative } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';

/** The functions of the construct; each has its entry file in `functions/<name>/handler.ts`. */
export const FUNCTION_NAMES = ['authorizer', 'webhook', 'reconciler', 'users', 'whoami', 'changes'] as const;

export type FunctionName = (typeof FUNCTION_NAMES)[number];

/** Where the code of a function comes from: a directory with an `index.mjs` that exports `handler`. */
export type BundleSource = (name: FunctionName) => Code;

const REPOSITORY_ROOT = join(import.meta.dirname, '../..');

/**
 * Bundles `functions/<name>/handler.ts` during synthesis, with esbuild in this process's place: no Docker, no network.
 * The asset is named by the hash of what came out, so an unchanged function is not deployed again. Nothing is built for
 * a stack that the CDK does not ask to bundle (context `aws:cdk:bundling-stacks`).
 * @param root directory that holds `functions/`
 */
export function bundlesFromSource(root: string = REPOSITORY_ROOT): BundleSource {
  return (name) => {
    const source = join(root, 'functions', name);
    return Code.fromAsset(source, {
      assetHashType: AssetHashType.OUTPUT,
      bundling: {
        // The CDK asks for an image even where it never comes to it: the local way below always succeeds or throws.
        image: DockerImage.fromRegistry('none'),
        local: {
          tryBundle(outputDirectory) {
            bundle(root, join(source, 'handler.ts'), join(outputDirectory, 'index.mjs'));
            return true;
          },
        },
      },
    });
  };
}

/**
 * Takes bundles that were built before, as a packaged construct ships them.
 * @param directory holds one directory per function name, each with an `index.mjs`
 */
export function prebuiltBundles(directory: string): BundleSource {
  return (name) => Code.fromAsset(join(directory, name));
}

/**
 * Bundles one entry file. The AWS SDK is bundled too: Lambda's own copy changes under a running function, ours is pinned.
 * Not minified: it makes no measurable difference to a cold start, and stack traces stay readable without source maps.
 * @param root working directory; file names in the output are relative to it, so that every checkout builds the same bytes
 * @throws if the entry does not build, with esbuild's message
 */
export function bundle(root: string, entry: string, outfile: string): void {
  buildSync({
    absWorkingDir: root,
    entryPoints: [relative(root, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    charset: 'utf8',
    logLevel: 'warning',
  });
}
