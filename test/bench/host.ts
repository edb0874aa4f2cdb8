import { dirname } from 'node:path';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { functionEnvironment } from '../../infra/local/cloud/lambda/environment.ts';
import { createTable } from '../support/dynamodb/create-table.ts';
import type { Bundles } from './bundles.ts';
import type { Mirror } from './mirrors.ts';
import { startSubjectProcess } from './process/subject-process.ts';
import type { SubjectProcess } from './process/subject-process.ts';
import type { Subject } from './subjects.ts';
import type { Issuer } from './tokens.ts';

/** Runs subjects, each in processes of its own and over a table of its own. */
export interface Host {
  /** The subject's table, the same for each of its processes; empty at first. */
  mirrorOf(subject: Subject): Promise<Mirror>;
  /** Starts a process of the subject. */
  start(subject: Subject): Promise<SubjectProcess>;
  /** Ends every process that still runs. */
  endSubjects(): Promise<void>;
}

export interface HostOptions {
  readonly issuer: Issuer;
  readonly bundles: Bundles;
  readonly client: DynamoDBDocumentClient;
  readonly dynamodbUrl: string;
  readonly servicesUrl: string;
  readonly secretArn: string;
}

const REGION = 'us-east-1';
const RUNNER = 'test/bench/process/runner.ts';

export function createHost(options: HostOptions): Host {
  const tables = new Map<string, Promise<string>>();
  const running = new Set<SubjectProcess>();
  const tableOf = (subject: Subject): Promise<string> => {
    const made = tables.get(subject.name) ?? makeTable(options, `bench-${subject.name.replaceAll(' ', '-')}`);
    tables.set(subject.name, made);
    return made;
  };
  return {
    mirrorOf: async (subject) => subject.mirror({ client: options.client, tableName: await tableOf(subject) }),
    async start(subject) {
      const environment = environmentOf(subject, await tableOf(subject), options);
      const started = startSubjectProcess({ runner: options.bundles.of(RUNNER), environment });
      running.add(started);
      const close = (): Promise<void> => {
        running.delete(started);
        return started.close();
      };
      return { ...started, close };
    },
    async endSubjects() {
      await Promise.all([...running].map((subject) => subject.close()));
      running.clear();
    },
  };
}

async function makeTable({ client }: HostOptions, name: string): Promise<string> {
  await createTable(client, name);
  return name;
}

/** What Lambda and its configuration would set, with this machine's endpoints. */
function environmentOf(subject: Subject, tableName: string, options: HostOptions): Record<string, string> {
  const { issuer, secretArn, dynamodbUrl, servicesUrl } = options;
  const definition = {
    logicalId: 'Authorizer',
    name: 'authorizer',
    arn: `arn:aws:lambda:${REGION}:000000000000:function:authorizer`,
    handler: 'index.handler',
    runtime: 'nodejs24.x',
    timeoutSeconds: 5,
    memoryMegabytes: 1_024,
    environment: subject.environment({ tableName, secretArn, issuer }),
    reservedConcurrency: undefined,
    durable: undefined,
    logGroup: '/aws/lambda/authorizer',
    codeDirectory: dirname(options.bundles.of(subject.entry)),
  };
  const host = { region: REGION, dynamodbUrl, servicesUrl, overrides: {}, localise: (text: string) => text };
  return functionEnvironment(definition, host, { version: '$LATEST', runtimeApi: '127.0.0.1:9', logStream: 'bench' });
}
