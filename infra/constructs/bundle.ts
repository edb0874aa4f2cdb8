import { join, parse, relative } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';
import type { BuildOptions } from 'esbuild';
import type { BundleSource } from './bundles.ts';

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

const standIn = (name: string): string => join(import.meta.dirname, 'stand-ins', `${name}.ts`);

const ALIASES = {
  '@aws-sdk/credential-provider-node': standIn('credential-provider-node'),
  'node:http': standIn('node-http'),
};

/** What a cold start need not load. Each says for itself what it stands for, and why that is safe. */
const STAND_INS: BuildOptions = {
  alias: ALIASES,
  inject: [standIn('request')],
  // Clerk's package reads them when it is loaded, which loads undici, and uses the first alone: to upload a picture.
  define: Object.fromEntries(
    ['FormData', 'Headers', 'Request', 'Response'].map((name) => [`globalThis.${name}`, 'undefined']),
  ),
};

/** What stands in for the AWS SDK beneath lib-dynamodb, by the module that it stands for. */
const NARROW_CLIENTS = {
  '@aws-sdk/client-dynamodb': standIn('client-dynamodb'),
  '@aws-sdk/client-secrets-manager': standIn('client-secrets-manager'),
  '@aws-sdk/core/client': standIn('features'),
  '@smithy/core/protocols': standIn('protocols'),
  '@smithy/core/schema': standIn('schema'),
};

const NARROW: BuildOptions = { ...STAND_INS, alias: { ...ALIASES, ...NARROW_CLIENTS } };

/** Functions whose every request somebody waits for, and which ask of AWS no more than the narrow clients can do. */
const NARROW_ENTRY = /(^|\/)functions\/(authorizer|webhook)\//;

/**
 * Bundles one entry file. The AWS SDK is bundled too: Lambda's own copy changes under a running function, ours is pinned.
 *
 * Whitespace and syntax are minified, names are not: an unexpected error is logged by its frames alone, and they say where it
 * happened only as long as functions have their names. (Esbuild's `keepNames` would give them back at 9 ms a cold start.)
 *
 * @param root working directory: every checkout builds the same bytes
 * @returns the files that it was made from, relative to the root
 * @throws if the entry does not build, with esbuild's message
 */
export function bundle(root: string, entry: string, outfile: string): readonly string[] {
  return build(root, entry, outfile, NARROW_ENTRY.test(relative(root, entry)) ? NARROW : STAND_INS);
}

/** Bundles any entry as `bundle` does those of the functions with narrow clients: for the tests of these. */
export function bundleNarrowly(root: string, entry: string, outfile: string): void {
  build(root, entry, outfile, NARROW);
}

/** Bundles one into one file, without stand-ins: what esbuild by itself makes of packages. To compare with. */
export function bundlePlainly(root: string, entry: string, outfile: string): void {
  build(root, entry, outfile, { splitting: false });
}

function build(root: string, entry: string, outfile: string, options: BuildOptions): readonly string[] {
  const { dir, name, ext } = parse(outfile);
  const { metafile } = buildSync({
    absWorkingDir: root,
    entryPoints: [{ in: relative(root, entry), out: name }],
    outdir: dir,
    outExtension: { '.js': ext },
    bundle: true,
    // What a function imports when it first needs it is a file of its own, which a cold start does not read.
    splitting: true,
    chunkNames: '[name]-[hash]',
    // The SDK asks it what a browser is, and in a browser only.
    external: ['bowser'],
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    charset: 'utf8',
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: 'warning',
    ...options,
    metafile: true,
  });
  // What was only looked at, and left out, is no part of it.
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  return [...new Set(inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path))];
}
