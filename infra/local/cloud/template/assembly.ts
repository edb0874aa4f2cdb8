import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { asRecord, asText, isRecord, parseJson } from '../json.ts';
import type { JsonRecord } from '../json.ts';

/** One stack of a CDK cloud assembly: its template, and the folder that asset paths are relative to. */
export interface AssembledStack {
  readonly name: string;
  readonly directory: string;
  readonly template: JsonRecord;
}

const STACK_ARTIFACT = 'aws:cloudformation:stack';

/**
 * Reads a stack from a cloud assembly (`cdk.out`).
 * @param stack Name or artifact id; may be left out when there is only one stack.
 * @throws When the assembly or the stack is not there; the message names those that are.
 */
export function loadStack(assembly: string, stack?: string): AssembledStack {
  const directory = resolve(assembly);
  const manifest = readJson(
    join(directory, 'manifest.json'),
    `Run "cdk synth" first: ${directory} is no cloud assembly.`,
  );
  const found = stackArtifacts(manifest);
  const wanted = stack === undefined ? found : found.filter((entry) => entry.name === stack || entry.id === stack);
  const [only] = wanted;
  if (only === undefined || wanted.length > 1) {
    throw new Error(
      `The cloud assembly ${directory} has ${found.length} stacks (${found.map((entry) => entry.name).join(', ')}): ` +
        `${stack === undefined ? 'say which one with the option "stack"' : `none of them, or several, are "${stack}"`}.`,
    );
  }
  return {
    name: only.name,
    directory,
    template: readJson(join(directory, only.templateFile), 'Run "cdk synth" again.'),
  };
}

function stackArtifacts(manifest: JsonRecord): { id: string; name: string; templateFile: string }[] {
  return Object.entries(asRecord(manifest['artifacts'])).flatMap(([id, artifact]) => {
    if (!isRecord(artifact) || artifact['type'] !== STACK_ARTIFACT) return [];
    const properties = asRecord(artifact['properties']);
    const name = asText(properties['stackName']) ?? asText(artifact['displayName']) ?? id;
    return [{ id, name, templateFile: asText(properties['templateFile']) ?? `${id}.template.json` }];
  });
}

function readJson(path: string, advice: string): JsonRecord {
  if (!existsSync(path)) throw new Error(`${path} does not exist. ${advice}`);
  const value = parseJson(readFileSync(path, 'utf8'));
  if (!isRecord(value)) throw new Error(`${path} does not hold a JSON object. ${advice}`);
  return value;
}
