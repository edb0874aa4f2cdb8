import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { spawnTethered } from './local/process/tethered-child.ts';

const REPOSITORY_ROOT = join(import.meta.dirname, '..');

/** What `cdk synth` sets beside cdk.json: the asset metadata names each function's bundle, which the local cloud reads. */
const CLI_CONTEXT = {
  'aws:cdk:enable-path-metadata': true,
  'aws:cdk:enable-asset-metadata': true,
  'aws:cdk:bundling-stacks': ['**'],
};

/**
 * Leaves out the comparison of the template with CloudFormation's schemas, whose WebAssembly takes three of four seconds of
 * a synthesis. `npx cdk synth`, `npm run deploy` and the tests make it.
 */
const UNCHECKED = { CDK_VALIDATION: 'false' };

export interface SynthesisOptions {
  /** Directory of the cloud assembly; made if it is missing, and what it holds is kept or replaced. */
  readonly outdir: string;
  /** Context over that of cdk.json, as `-c` on the command line: `{ stage: 'staging' }`. */
  readonly context?: Readonly<Record<string, unknown>>;
}

/**
 * Synthesises the app of cdk.json as `npx cdk synth` does, without the command line tool and without network.
 * In a process of its own, so that a long-running caller does not keep the CDK in memory, and one that ends with its caller.
 * @returns the cloud assembly's directory
 * @throws with what the app wrote to its standard error, such as the setting that is wrong
 */
export async function synthesise(options: SynthesisOptions): Promise<string> {
  const context = { ...(await readCdkContext()), ...CLI_CONTEXT, ...options.context };
  const child = await spawnTethered(process.execPath, ['infra/app.ts'], {
    cwd: REPOSITORY_ROOT,
    env: {
      ...definedEnvironment(),
      ...UNCHECKED,
      CDK_OUTDIR: options.outdir,
      CDK_CONTEXT_JSON: JSON.stringify(context),
    },
    endSignal: 'KILL',
  });
  child.stdout.resume();
  const [code, errors] = await Promise.all([child.exited, text(child.stderr)]);
  if (code !== 0) throw new Error(`The infrastructure could not be synthesised.\n${errors.trim()}`);
  return options.outdir;
}

function definedEnvironment(): Record<string, string> {
  const defined = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(defined);
}

async function readCdkContext(): Promise<object> {
  const settings: unknown = JSON.parse(await readFile(join(REPOSITORY_ROOT, 'cdk.json'), 'utf8'));
  if (typeof settings !== 'object' || settings === null || !('context' in settings)) return {};
  return typeof settings.context === 'object' && settings.context !== null ? settings.context : {};
}
