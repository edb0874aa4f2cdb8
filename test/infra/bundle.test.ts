import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { App, Stack } from 'aws-cdk-lib';
import { Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import { bundlesFromSource } from '../../infra/constructs/bundle.ts';
import { newDirectory } from './stack.ts';

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
