import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { asNumber, asPrintable, asRecord, asText } from '../json.ts';
import type { Resource, Stack } from '../template/stack.ts';

/** A function as the template describes it. */
export interface FunctionDefinition {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly handler: string;
  readonly runtime: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Undefined: no limit of its own. */
  readonly reservedConcurrency: number | undefined;
  /** Present for a durable function. */
  readonly durable: { readonly executionTimeoutSeconds: number | undefined } | undefined;
  /** ARN of the queue or topic that is told of an asynchronous invocation which failed. */
  readonly deadLetterArn: string | undefined;
  readonly logGroup: string;
  readonly logFormat: 'JSON' | 'Text';
  /** The folder of its code, undefined when the assembly has none that can run here. */
  readonly codeDirectory: string | undefined;
}

/** Reads every `AWS::Lambda::Function` of the stack. */
export function functionDefinitions(stack: Stack): FunctionDefinition[] {
  return stack.ofType('AWS::Lambda::Function').map((resource) => definitionOf(resource, stack));
}

function definitionOf(resource: Resource, stack: Stack): FunctionDefinition {
  const durable = resource.property('DurableConfig');
  const name = resource.physicalId;
  const logging = asRecord(resource.property('LoggingConfig'));
  return {
    logicalId: resource.logicalId,
    name,
    arn: resource.attribute('Arn'),
    handler: asText(resource.property('Handler')) ?? '',
    runtime: asText(resource.property('Runtime')) ?? '',
    timeoutSeconds: asNumber(resource.property('Timeout')) ?? 3,
    memoryMegabytes: asNumber(resource.property('MemorySize')) ?? 128,
    environment: variables(resource),
    reservedConcurrency: asNumber(resource.property('ReservedConcurrentExecutions')),
    durable:
      durable === undefined ? undefined : { executionTimeoutSeconds: asNumber(asRecord(durable)['ExecutionTimeout']) },
    deadLetterArn: asText(asRecord(resource.property('DeadLetterConfig'))['TargetArn']),
    logGroup: asText(logging['LogGroup']) ?? `/aws/lambda/${name}`,
    logFormat: logging['LogFormat'] === 'JSON' ? 'JSON' : 'Text',
    codeDirectory: codeDirectory(resource, stack.directory),
  };
}

function variables(resource: Resource): Record<string, string> {
  const declared = asRecord(asRecord(resource.property('Environment'))['Variables']);
  const entries = Object.entries(declared).map(
    ([name, value]) => [name, asPrintable(value) ?? JSON.stringify(value)] as const,
  );
  const dynamic = entries.find(([, value]) => value.includes('{{resolve:'));
  if (dynamic !== undefined) {
    throw new Error(
      `Resources.${resource.logicalId}.Properties.Environment.Variables.${dynamic[0]}: ` +
        'dynamic references ({{resolve:…}}) are not supported by the local cloud.',
    );
  }
  return Object.fromEntries(entries);
}

/** The CDK's command line notes the folder in the metadata; an app run without it leaves the hash in the S3 key only. */
function codeDirectory(resource: Resource, assembly: string): string | undefined {
  const noted = asText(resource.metadata['aws:asset:path']);
  const key = asText(asRecord(resource.property('Code'))['S3Key']);
  const path = noted ?? (key === undefined ? undefined : `asset.${key.replace(/\.zip$/, '')}`);
  if (path === undefined) return undefined;
  const directory = join(assembly, path);
  return existsSync(directory) && statSync(directory).isDirectory() ? directory : undefined;
}

/** @returns Why the function cannot be run here, or undefined when it can. */
export function notRunnable(definition: FunctionDefinition): string | undefined {
  if (!definition.runtime.startsWith('nodejs')) {
    return `${definition.logicalId} needs the runtime "${definition.runtime}": only Node.js functions run locally.`;
  }
  if (definition.codeDirectory === undefined) {
    return (
      `${definition.logicalId} has no code folder in the cloud assembly: run "cdk synth" again, with bundling. ` +
      'Inline code, zip files and container images do not run locally.'
    );
  }
  return undefined;
}
