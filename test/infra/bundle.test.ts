import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { App, Stack } from 'aws-cdk-lib';
import { Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import { bundle, bundlePlainly, bundlesFromSource } from '../../infra/constructs/bundle.ts';
import { FUNCTION_NAMES, OPTIONAL_FUNCTION_NAMES } from '../../infra/constructs/bundles.ts';
import type { BundleName } from '../../infra/constructs/bundles.ts';
import { ALLOWED_LICENCES, describeLicences } from '../../scripts/package/licences.ts';
import { usedPackages } from '../../scripts/package/notices.ts';
import { bundleFiles } from '../support/bundle-files.ts';
import type { BundleFiles } from '../support/bundle-files.ts';
import { newDirectory } from './stack.ts';

const ROOT = join(import.meta.dirname, '../..');
const HANDLER =
  "import { answer } from '../../shared/answer.ts';\nexport const handler = async (): Promise<string> => answer;\n";

describe('a bundle from source', () => {
  it('is one ES module that exports the handler', async () => {
    const [bundle] = assemble(newSource());
    const loaded = (await import(pathToFileURL(bundle!).href)) as { handler(): Promise<string> };
    expect(await loaded.handler()).toBe('grüezi');
  });

  it('is the same bytes under the same name wherever the source lies', () => {
    const source = newSource();
    const copy = newDirectory();
    cpSync(source, copy, { recursive: true });
    const [one] = assemble(source);
    const [other] = assemble(copy);
    expect(readFileSync(other!, 'utf8')).toBe(readFileSync(one!, 'utf8'));
    expect(other!.split('/').at(-2)).toBe(one!.split('/').at(-2));
  });

  it('has another name when the code behind the entry has changed', () => {
    const source = newSource();
    const [before] = assemble(source);
    writeFileSync(join(source, 'shared/answer.ts'), "export const answer = 'salü';\n");
    const [after] = assemble(source);
    expect(after!.split('/').at(-2)).not.toBe(before!.split('/').at(-2));
  });

  it('is not built for a stack that the CDK does not ask to bundle', () => {
    const source = newSource();
    writeFileSync(join(source, 'functions/whoami/handler.ts'), 'this is not TypeScript');
    expect(assemble(source, { 'aws:cdk:bundling-stacks': [] })).toEqual([]);
  });

  it('that cannot be built fails the synthesis with the place in the source', () => {
    const source = newSource();
    writeFileSync(join(source, 'functions/whoami/handler.ts'), "export { handler } from './missing.ts';\n");
    expect(() => assemble(source)).toThrow(/handler\.ts:1:\d+.*Could not resolve "\.\/missing\.ts"/s);
  });
});

/** What stand-ins leave out, by texts that only it has; the last is how a module that needs undici is asked for it. */
const LEFT_OUT = [
  ['the metadata service', '/latest/meta-data/iam/security-credentials'],
  ['credential files and SSO', 'sso_start_url'],
  ['STS', 'AssumeRoleWithWebIdentity'],
  ['an import of node:http', 'from"node:http"'],
  ["Clerk's eager reading of globals", 'globalThis.Headers'],
] as const;

/** What the functions with narrow clients do not have at all: texts that only the whole clients have. */
const NOT_NARROW = [
  ["the SDK's rule books of endpoints", 'aws.partition'],
  ["the SDK's descriptions of services", 'com.amazonaws.dynamodb'],
  ["the SDK's files of settings", 'AWS_CONFIG_FILE'],
  ["the SDK's strategies of repetition", 'AWS_RETRY_MODE'],
] as const;

/** What they have, and do not load before it is needed. */
const NOT_AT_START = [
  ["Clerk's whole API", '/organizations'],
  ["Powertools' log and metrics", 'POWERTOOLS_'],
] as const;

interface Size {
  readonly atStart: number;
  readonly all: number;
}

/** KiB; what each is, and a little: it is to grow on purpose only. */
const LARGEST: Record<BundleName, Size> = {
  authorizer: { atStart: 240, all: 490 },
  webhook: { atStart: 240, all: 500 },
  reconciler: { atStart: 785, all: 1_220 },
  users: { atStart: 495, all: 820 },
  whoami: { atStart: 47, all: 47 },
  changes: { atStart: 495, all: 820 },
  admin: { atStart: 750, all: 1_050 },
  health: { atStart: 300, all: 325 },
};

/** What Clerk's and AWS's packages bring along, where a function needs them at all. */
const LOG = ['@aws-lambda-powertools/commons', '@aws-lambda-powertools/logger', '@aws/lambda-invoke-store'];
const HTTP = ['@middy/core'];
const METRICS = ['@aws-lambda-powertools/metrics'];
const AWS = ['@aws-sdk/core', '@smithy/core', '@smithy/node-http-handler', '@smithy/signature-v4', '@smithy/types'];
const TABLE = [
  ...AWS,
  '@aws-sdk/client-dynamodb',
  '@aws-sdk/dynamodb-codec',
  '@aws-sdk/endpoint-cache',
  '@aws-sdk/lib-dynamodb',
  '@aws-sdk/middleware-endpoint-discovery',
  '@aws-sdk/util-dynamodb',
  'mnemonist',
  'obliterator',
];
const CLERK = ['@aws-sdk/client-secrets-manager', '@clerk/backend', '@clerk/shared'];
/** The same with narrow clients. */
const NARROW_AWS = ['@smithy/core', '@smithy/node-http-handler', '@smithy/signature-v4', '@smithy/types'];
const NARROW_TABLE = [...NARROW_AWS, '@aws-sdk/lib-dynamodb', '@aws-sdk/util-dynamodb'];
const NARROW_CLERK = ['@clerk/backend', '@clerk/shared'];
const CLOUDWATCH = ['@aws-sdk/client-cloudwatch', '@smithy/middleware-compression'];
const SVIX = ['@stablelib/base64', 'fast-sha256', 'standardwebhooks', 'svix'];

/** Whose code is in which function. A line that is added here is code that runs in somebody's sign-in path. */
const NEEDED: Record<BundleName, readonly string[]> = {
  authorizer: [...LOG, ...HTTP, ...METRICS, ...NARROW_TABLE, ...NARROW_CLERK],
  webhook: [...LOG, ...HTTP, ...METRICS, ...NARROW_TABLE, ...NARROW_CLERK, ...SVIX],
  reconciler: [...LOG, ...TABLE, ...CLERK, ...CLOUDWATCH, '@aws-sdk/client-lambda', '@aws/durable-execution-sdk-js'],
  users: [...LOG, ...HTTP, ...METRICS, ...TABLE, ...CLERK, 'zod'],
  whoami: [...LOG, ...HTTP],
  changes: [
    ...LOG,
    ...HTTP,
    ...METRICS,
    ...TABLE,
    ...CLERK,
    '@aws-sdk/client-eventbridge',
    '@aws-sdk/signature-v4-multi-region',
  ],
  health: [...LOG, ...HTTP, ...AWS, ...CLOUDWATCH],
  admin: [...LOG, ...HTTP, ...METRICS, ...TABLE, ...CLERK, '@aws-sdk/client-lambda', 'csv-parse', 'zod'],
};

describe('the bundles of the functions', () => {
  const directory = newDirectory();
  const known = new Map<string, BundleFiles>();
  const inputs = new Map<BundleName, readonly string[]>();
  const built = (name: BundleName, build: typeof bundle | typeof bundlePlainly): BundleFiles => {
    const outfile = join(directory, build.name, name, 'index.mjs');
    const found = known.get(outfile);
    if (found) return found;
    const made = build(ROOT, join(ROOT, 'functions', name, 'handler.ts'), outfile);
    if (made) inputs.set(name, made);
    const files = bundleFiles(outfile);
    known.set(outfile, files);
    return files;
  };
  const found = (traces: readonly (readonly [string, string])[], texts: readonly string[]): readonly string[] =>
    traces.filter(([, trace]) => texts.some((text) => text.includes(trace))).map(([what]) => what);
  const kibibytes = (texts: readonly string[]): number =>
    texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1_024;

  const filesOf = (name: BundleName): readonly string[] => {
    if (!inputs.has(name)) built(name, bundle);
    return inputs.get(name) ?? [];
  };

  it.each([...FUNCTION_NAMES, ...OPTIONAL_FUNCTION_NAMES])(
    'have none of what stand-ins leave out, and are no larger than they were: %s',
    (name) => {
      const files = built(name, bundle);
      expect(found(LEFT_OUT, files.all)).toEqual([]);
      for (const part of ['atStart', 'all'] as const) {
        expect(kibibytes(files[part])).toBeLessThan(LARGEST[name][part]);
        expect(kibibytes(files[part])).toBeGreaterThan(LARGEST[name][part] * 0.9);
      }
    },
  );

  it.each([...FUNCTION_NAMES, ...OPTIONAL_FUNCTION_NAMES])(
    'have code of these packages and no other: %s',
    async (name) => {
      const used = await usedPackages(ROOT, [[name, filesOf(name)]]);
      expect(used.map((each) => each.name)).toEqual(NEEDED[name].toSorted());
    },
  );

  it('are made of packages that docs/licences.md lists, each under a licence that is allowed', async () => {
    const names = [...FUNCTION_NAMES, ...OPTIONAL_FUNCTION_NAMES];
    const used = await usedPackages(
      ROOT,
      names.map((name) => [name, filesOf(name)] as const),
    );
    expect(readFileSync(join(ROOT, 'docs/licences.md'), 'utf8')).toBe(describeLicences(used));
    expect(used.filter(({ licence }) => !ALLOWED_LICENCES.includes(licence))).toEqual([]);
  });

  it.each(['authorizer', 'webhook'] as const)('have narrow clients and load late what is seldom needed: %s', (name) => {
    const { atStart, all } = built(name, bundle);
    expect(found(NOT_NARROW, all)).toEqual([]);
    expect(found(NOT_AT_START, atStart)).toEqual([]);
    expect(found(NOT_AT_START, all)).toHaveLength(NOT_AT_START.length);
  });

  it('would have all of it without them', () => {
    const whole = built('authorizer', bundlePlainly);
    expect(whole.all).toHaveLength(1);
    expect(found(LEFT_OUT, whole.all)).toHaveLength(LEFT_OUT.length);
    expect(found(NOT_AT_START, whole.atStart)).toHaveLength(NOT_AT_START.length);
    expect(found(NOT_NARROW, whole.all)).toHaveLength(NOT_NARROW.length);
  });

  it('keep the names of functions, which the frames of a logged error consist of', () => {
    expect(built('authorizer', bundle).atStart.join('\n')).toContain('function refusalOfHeader(');
  });
});

/** A repository with one function, which imports a file beside `functions/`. */
function newSource(): string {
  const root = newDirectory();
  mkdirSync(join(root, 'functions/whoami'), { recursive: true });
  mkdirSync(join(root, 'shared'));
  writeFileSync(join(root, 'functions/whoami/handler.ts'), HANDLER);
  writeFileSync(join(root, 'shared/answer.ts'), "export const answer: string = 'grüezi';\n");
  return root;
}

/** @returns the paths of the bundles in the assembly of a stack with the one function */
function assemble(root: string, context: Record<string, unknown> = {}): readonly string[] {
  const outdir = newDirectory();
  const app = new App({ outdir, context });
  const code = bundlesFromSource(root)('whoami');
  const lambda = new Function(new Stack(app, 'stack'), 'Whoami', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code,
  });
  expect(lambda.runtime.name).toBe('nodejs24.x');
  app.synth();
  const names = readdirSync(outdir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('index.mjs'));
  return names.map((name) => join(outdir, name));
}
