import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { loadStack } from '../../infra/local/cloud/template/assembly.ts';
import { readArguments } from '../support/arguments.ts';
import { accountId } from './account-id.ts';
import { awsAccount } from './aws-account.ts';
import { cdkProcess } from './cdk-process.ts';
import type { Choices, Operator, Tools } from './ports.ts';
import { environmentOf, findWhereabouts } from './whereabouts.ts';

/**
 * Runs one of the two commands with what the command line says, and ends with its exit code: 0 done, 1 refused or failed, 2 for a
 * wrong option, 130 after Ctrl-C; otherwise that of the CDK's tool.
 */
export async function runCommand(
  name: 'deploy' | 'destroy',
  command: (tools: Tools, choices: Choices) => Promise<number>,
): Promise<void> {
  const choices = readChoices(name);
  try {
    const { tools, profile } = await toolsFor(choices.profile);
    process.exitCode = await command(tools, { ...choices, profile });
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}

/** One region and one profile for all that acts and all that looks: a guard that looks elsewhere guards nothing. */
async function toolsFor(chosen: string | undefined): Promise<{ tools: Tools; profile: string | undefined }> {
  const where = await findWhereabouts(chosen);
  const environment = environmentOf(where, process.env);
  const aws = { region: where.region, ...(where.profile !== undefined && { profile: where.profile }) };
  const operator = terminal();
  const identity = await accountId(aws);
  const by = where.profile === undefined ? '' : `, by the profile ${where.profile}`;
  operator.say(`In account ${identity}, region ${where.region}${by}.`);
  const tools = { cdk: cdkProcess(cdkProgram(), environment), account: awsAccount(aws), operator, read: loadStack };
  return { tools, profile: where.profile };
}

function readChoices(name: string): Choices {
  const usage = `npm run ${name} -- [--stage production|staging|development] [-c NAME=VALUE]… [--profile NAME] [--yes]`;
  const { stage, context, profile, yes } = readArguments(
    {
      stage: { type: 'string' },
      context: { type: 'string', short: 'c', multiple: true, default: [] },
      profile: { type: 'string' },
      yes: { type: 'boolean', default: false },
    },
    usage,
  );
  const assembly = mkdtempSync(join(tmpdir(), 'clerk-dynamodb-sync-deploy-'));
  // However it ends, also by Ctrl-C while somebody is asked.
  process.once('exit', () => rmSync(assembly, { recursive: true, force: true }));
  return { context: [...context, ...(stage === undefined ? [] : [`stage=${stage}`])], profile, yes, assembly };
}

function cdkProgram(): string {
  const require = createRequire(import.meta.url);
  return join(dirname(require.resolve('aws-cdk/package.json')), 'bin/cdk');
}

function terminal(): Operator {
  return {
    say: (text) => console.log(`\n${text}`),
    async ask(question) {
      if (!process.stdin.isTTY) return undefined;
      const lines = createInterface({ input: process.stdin, output: process.stdout });
      // Ctrl-C in place of an answer: nothing has been changed yet.
      lines.once('SIGINT', () => process.exit(130));
      return lines.question(question).finally(() => lines.close());
    },
  };
}
