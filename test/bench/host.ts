import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { FunctionDefinition } from '../../infra/local/cloud/lambda/definition.ts';
import { functionEnvironment } from '../../infra/local/cloud/lambda/environment.ts';
import { createTable, deleteTable } from '../support/dynamodb/create-table.ts';
import type { Bundles } from './bundles.ts';
import type { Count } from './meter.ts';
import { startMeter } from './meter.ts';
import type { Mirror, MirrorTable } from './mirrors.ts';
import { startSubjectProcess } from './process/subject-process.ts';
import type { SubjectProcess } from './process/subject-process.ts';
import type { Subject } from './subjects.ts';
import type { Issuer } from './tokens.ts';

export interface HostOptions {
  readonly issuer: Issuer;
  readonly bundles: Bundles;
  readonly client: DynamoDBDocumentClient;
  readonly dynamodbUrl: string;
  readonly servicesUrl: string;
  readonly secretArn: string;
}

/** A subject that is not timed: what it asks AWS for and writes is counted, from its start on. */
export interface CountedSubject extends Pick<SubjectProcess, 'run'> {
  /** Ends it. */
  end(): Promise<Count & { readonly logBytes: number }>;
}

const REGION = 'us-east-1';
const RUNNER = 'test/bench/process/runner.ts';

/** Runs subjects, each in processes of its own and over a table of its own. */
export class Host {
  readonly #options: HostOptions;
  readonly #tables = new Map<Subject, Promise<string>>();
  readonly #running = new Set<Pick<SubjectProcess, 'close'>>();

  constructor(options: HostOptions) {
    this.#options = options;
  }

  /** The subject's table, the same for each of its processes; empty at first. */
  async mirrorOf(subject: Subject): Promise<Mirror> {
    return subject.mirror(await this.tableOf(subject));
  }

  /** The same table, as the bench's own client sees it. */
  async tableOf(subject: Subject): Promise<MirrorTable> {
    return { client: this.#options.client, tableName: await this.#nameOf(subject) };
  }

  /** Starts a process of the subject. */
  async start(subject: Subject): Promise<SubjectProcess> {
    const environment = environmentOf(subject, await this.#nameOf(subject), this.#options);
    const started = startSubjectProcess({ runner: this.#options.bundles.of(RUNNER), environment });
    return { ...started, close: this.endingWithSubjects(() => started.close()) };
  }

  /** Starts a process of the subject that reaches AWS through a meter of its own. */
  async startCounted(subject: Subject): Promise<CountedSubject> {
    const tableName = await this.#nameOf(subject);
    const meter = await startMeter(this.#options);
    // At once: a bundle that cannot be built would leave it behind, and the bench without an end.
    const closeMeter = this.endingWithSubjects(() => meter.close());
    const urls = { dynamodbUrl: meter.url, servicesUrl: meter.url };
    const environment = environmentOf(subject, tableName, { ...this.#options, ...urls });
    const runner = this.#options.bundles.of(RUNNER);
    const started = startSubjectProcess({ runner, environment, countsOutput: true });
    const close = this.endingWithSubjects(() => started.close().then(closeMeter));
    return {
      run: (job) => started.run(job),
      end: async () => {
        await close();
        return { ...meter.count(), logBytes: started.written() };
      },
    };
  }

  /** Ends every process that still runs. */
  async endSubjects(): Promise<void> {
    await Promise.all([...this.#running].map((subject) => subject.close()));
    this.#running.clear();
  }

  /** Ends them, and deletes the tables: the engine may be one that goes on. */
  async close(): Promise<void> {
    await this.endSubjects();
    for (const made of this.#tables.values()) await deleteTable(this.#options.client, await made);
  }

  /** @returns what ends something that runs, which `endSubjects` would end otherwise */
  endingWithSubjects(end: () => Promise<void>): () => Promise<void> {
    const running = {
      close: (): Promise<void> => {
        this.#running.delete(running);
        return end();
      },
    };
    this.#running.add(running);
    return running.close;
  }

  #nameOf(subject: Subject): Promise<string> {
    const owner = subject.sharesTableOf ?? subject;
    const made = this.#tables.get(owner) ?? makeTable(this.#options);
    this.#tables.set(owner, made);
    return made;
  }
}

async function makeTable({ client }: HostOptions): Promise<string> {
  const name = `bench-${randomUUID()}`;
  await createTable(client, name);
  return name;
}

/** What Lambda and its configuration would set, with this machine's endpoints. */
function environmentOf(subject: Subject, tableName: string, options: HostOptions): Record<string, string> {
  const { issuer, secretArn, dynamodbUrl, servicesUrl } = options;
  const definition: FunctionDefinition = {
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
    deadLetterArn: undefined,
    logGroup: '/aws/lambda/authorizer',
    logFormat: 'JSON',
    codeDirectory: dirname(options.bundles.of(subject.entry)),
  };
  const host = { region: REGION, dynamodbUrl, servicesUrl, overrides: {}, localise: (text: string) => text };
  const instance = { version: '$LATEST', runtimeApi: '127.0.0.1:9', logStream: 'bench' };
  return { ...functionEnvironment(definition, host, instance), ...subject.endpoints };
}
