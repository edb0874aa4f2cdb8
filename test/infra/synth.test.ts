import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { FUNCTION_NAMES } from '../../infra/constructs/bundles.ts';
import { synthesise } from '../../infra/synth.ts';
import { read } from '../support/docs/pages.ts';
import { toldBy } from '../support/docs/told.ts';
import { functionOf, newDirectory, target } from './stack.ts';
import type { Resource } from './stack.ts';

const ROOT = join(import.meta.dirname, '../..');
/** As a page says it, which tells of nothing else to type. */
const [command = ''] = toldBy(read('docs/regions.md')).commands;

/** Types it as it stands, but for the folder; the comparison with CloudFormation's schemas is made by checks.test.ts. */
async function type(outdir: string): Promise<string> {
  const [, program = '', ...args] = command.split(' ');
  const PATH = `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH']}`;
  const where = { cwd: ROOT, env: { ...process.env, PATH, CDK_VALIDATION: 'false' } };
  await promisify(execFile)(program, [...args, '--output', outdir], where);
  return outdir;
}

describe(`\`${command}\``, () => {
  let assembly = '';
  let resources: readonly Resource[] = [];

  beforeAll(async () => {
    assembly = await type(newDirectory());
    const template = readFileSync(join(assembly, 'clerk-sync-production.template.json'), 'utf8');
    const parsed = JSON.parse(template) as { Resources: Record<string, Omit<Resource, 'logicalId'>> };
    resources = Object.entries(parsed.Resources).map(([logicalId, resource]) => ({ logicalId, ...resource }));
  });

  it('makes a cloud assembly of the production shape, with what cdk.json says', () => {
    expect(existsSync(join(assembly, 'manifest.json'))).toBe(true);
    expect(functionOf(resources, 'authorizer').Properties['Environment']).toMatchObject({
      Variables: { CLERK_ISSUER: 'https://example.clerk.accounts.dev', STAGE: 'production' },
    });
  });

  it.each(FUNCTION_NAMES)('bundles %s in one file, where the metadata says', (name) => {
    expect(readFileSync(bundleOf(name), 'utf8')).toMatch(/export ?\{[^}]*\bhandler\b[^}]*\}/);
  });

  it.each(FUNCTION_NAMES)('leaves nothing in %s that an ES module cannot require', (name) => {
    // esbuild's stand-in for require() throws with these words; it is left out of a bundle that never calls it.
    expect(readFileSync(bundleOf(name), 'utf8')).not.toContain('Dynamic require of');
  });

  it.each(FUNCTION_NAMES)(
    '%s starts as Lambda would start it, with nothing but what the template gives it',
    async (name) => {
      const { Variables } = functionOf(resources, name).Properties['Environment'] as {
        Variables: Record<string, unknown>;
      };
      const physical = Object.entries(Variables).map(([key, value]) => [
        key,
        typeof value === 'string' ? value : target(value),
      ]);
      const script = `process.stdout.write(typeof (await import(${JSON.stringify(bundleOf(name))})).handler)`;
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
        env: { AWS_REGION: 'us-east-1', ...(Object.fromEntries(physical) as Record<string, string>) },
      });
      expect(stdout).toBe('function');
    },
  );

  function bundleOf(name: (typeof FUNCTION_NAMES)[number]): string {
    const { Metadata } = functionOf(resources, name) as Resource & { Metadata: Record<string, string> };
    return join(assembly, Metadata['aws:asset:path']!, 'index.mjs');
  }
});

describe('synthesise', () => {
  it('takes context over that of cdk.json', async () => {
    const staging = await synthesise({
      outdir: newDirectory(),
      context: { stage: 'staging', 'aws:cdk:bundling-stacks': [] },
    });
    expect(existsSync(join(staging, 'clerk-sync-staging.template.json'))).toBe(true);
  });

  it('fails with the setting that is wrong and no stack trace', async () => {
    const failure = synthesise({ outdir: newDirectory(), context: { stage: 'prod' } });
    await expect(failure).rejects.toThrow(
      /^The infrastructure could not be synthesised\.\nContext stage is "prod", but must be one of [^\n]*$/,
    );
  });
});
