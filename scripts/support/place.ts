import { readStackFile } from '../../infra/local/stack-file.ts';
import type { AwsSettings } from './deployment.ts';

/** Where a stack is, and how to get at it. */
export interface Place {
  readonly stackName: string;
  readonly aws: AwsSettings;
  /** The same for the tables, which locally have an endpoint of their own. */
  readonly tables: AwsSettings;
  /** Where the API is reached; undefined for the address that the stack says. */
  readonly api: string | undefined;
  /** What stands in for Clerk; undefined for Clerk itself. */
  readonly standIn: string | undefined;
  /** A fresh session token that somebody has brought along. */
  readonly token: string | undefined;
}

export interface PlaceOptions {
  readonly stack?: string | undefined;
  readonly api?: string | undefined;
  readonly token?: string | undefined;
  /** `.local/stack.json` */
  readonly stackFile: string;
}

/**
 * A deployed stack by its name, with the caller's AWS credentials, or the local cloud that runs here.
 * @throws Error that says what to do where none does
 */
export async function findPlace({ stack, api, token, stackFile }: PlaceOptions): Promise<Place> {
  if (stack !== undefined) return { stackName: stack, aws: {}, tables: {}, api, standIn: undefined, token };
  const local = readStackFile(stackFile);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return {
    stackName: await localStackName(local.api),
    aws: { endpoint: local.metrics, region: local.region, credentials },
    tables: { endpoint: local.dynamodb, region: local.region, credentials },
    api: api ?? local.api,
    standIn: local.clerk,
    token,
  };
}

async function localStackName(api: string): Promise<string> {
  const response = await fetch(`${api}/__local`, { signal: AbortSignal.timeout(5_000) }).catch((cause: unknown) => {
    throw new Error(`Nothing answers at ${api}: start the local cloud anew with \`npm start\`.`, { cause });
  });
  const index: unknown = await response.json();
  const name = typeof index === 'object' && index !== null && 'stack' in index ? index.stack : undefined;
  if (typeof name === 'string') return name;
  throw new Error(`What answers at ${api} is no local cloud: start one with \`npm start\`.`);
}
