import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { connectToEngine } from '../../../infra/local/dynamodb/connect.ts';
import { EngineRefusal } from '../../../infra/local/dynamodb/faulty/engine-link.ts';
import type { EngineLink } from '../../../infra/local/dynamodb/faulty/engine-link.ts';
import { listen } from '../../../infra/local/http/server.ts';

type Json = Record<string, unknown>;

/** A DynamoDB whose tables can be restored: what no local engine does. Everything else goes to the engine behind it. */
export interface RestoringEndpoint extends AsyncDisposable {
  readonly url: string;
  /**
   * Keeps a table's items, as DynamoDB does all the time.
   * @param as the name under which they are kept: of a table that is not there any more, whose backup they then are
   * @returns when that was, ms
   */
  remember(tableName: string, as?: string): Promise<number>;
  /** Inputs of the calls that restored something, in the order in which they came. */
  readonly restorations: readonly Json[];
}

interface Kept {
  readonly at: number;
  readonly tableName: string;
  readonly items: readonly Json[];
}

const WINDOW_MS = 35 * 86_400_000;

class Refusal extends Error {
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** As AWS's documentation has the four operations: a member that one does not know, or a time that it has not, is refused. */
export async function startRestoringEndpoint(engineUrl: string, region: string): Promise<RestoringEndpoint> {
  const link = connectToEngine(engineUrl, region);
  const backups = new Backups(link);
  const server = createServer((request, response) => {
    answer(request, response, { link, backups }).catch((error: unknown) => refuse(response, error));
  });
  const listener = await listen(server, {});
  return {
    url: listener.url,
    restorations: backups.restorations,
    remember: (tableName, as) => backups.remember(tableName, as),
    [Symbol.asyncDispose]: async () => {
      await listener.close();
      link.close();
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { link, backups }: { readonly link: EngineLink; readonly backups: Backups },
): Promise<void> {
  const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
  const own = backups.operations.get(operation);
  if (!own) return link.stream(request, response);
  const output = await own(JSON.parse((await buffer(request)).toString('utf8')) as Json);
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(output));
}

function refuse(response: ServerResponse, error: unknown): void {
  const type = error instanceof Refusal || error instanceof EngineRefusal ? error.type : 'InternalServerError';
  const __type = `com.amazonaws.dynamodb.v20120810#${type}`;
  response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify({ __type, message: error instanceof Error ? error.message : String(error) }));
}

class Backups {
  readonly restorations: Json[] = [];
  readonly #kept: Kept[] = [];
  readonly #creating = new Set<string>();
  readonly #summaries = new Map<string, Json>();
  readonly #link: EngineLink;
  readonly operations = new Map<string, (input: Json) => Promise<Json>>([
    ['DescribeTable', (input) => this.#describe(input)],
    ['DescribeContinuousBackups', (input) => this.#describeBackups(input)],
    ['RestoreTableToPointInTime', (input) => this.#restoreAt(input)],
    ['ListBackups', (input) => this.#list(input)],
    ['RestoreTableFromBackup', (input) => this.#restoreFrom(input)],
  ]);

  constructor(link: EngineLink) {
    this.#link = link;
  }

  async remember(tableName: string, as = tableName): Promise<number> {
    const items: Json[] = [];
    let from: unknown;
    do {
      const page = await this.#link.ask('Scan', { TableName: tableName, ...(from ? { ExclusiveStartKey: from } : {}) });
      items.push(...(page['Items'] as Json[]));
      from = page['LastEvaluatedKey'];
    } while (from !== undefined);
    const at = Date.now();
    this.#kept.push({ at, tableName: as, items });
    return at;
  }

  /** A table that is being restored is seen on its way once. */
  async #describe(input: Json): Promise<Json> {
    const name = String(input['TableName']);
    const output = await this.#link.ask('DescribeTable', input);
    const RestoreSummary = this.#summaries.get(name);
    const Table = { ...(output['Table'] as Json), ...(RestoreSummary && { RestoreSummary }) };
    return { Table: this.#creating.delete(name) ? { ...Table, TableStatus: 'CREATING' } : Table };
  }

  async #exists(name: string): Promise<boolean> {
    return this.#link.ask('DescribeTable', { TableName: name }).then(
      () => true,
      () => false,
    );
  }

  async #describeBackups(input: Json): Promise<Json> {
    known(input, ['TableName']);
    const name = String(input['TableName']);
    if (!(await this.#exists(name))) throw new Refusal('TableNotFoundException', `Table not found: ${name}`);
    const recovery = {
      PointInTimeRecoveryStatus: 'ENABLED',
      EarliestRestorableDateTime: (Date.now() - WINDOW_MS) / 1_000,
      LatestRestorableDateTime: Date.now() / 1_000,
    };
    return {
      ContinuousBackupsDescription: { ContinuousBackupsStatus: 'ENABLED', PointInTimeRecoveryDescription: recovery },
    };
  }

  async #restoreAt(input: Json): Promise<Json> {
    known(input, ['SourceTableName', 'TargetTableName', 'RestoreDateTime', 'GlobalSecondaryIndexOverride']);
    const [source, seconds] = [String(input['SourceTableName']), input['RestoreDateTime']];
    if (!(await this.#exists(source))) throw new Refusal('TableNotFoundException', `Table not found: ${source}`);
    const at = typeof seconds === 'number' ? Math.round(seconds * 1_000) : Number.NaN;
    if (!(at >= Date.now() - WINDOW_MS && at <= Date.now())) {
      throw new Refusal('InvalidRestoreTimeException', 'The restore time is outside of the window.');
    }
    const kept = this.#kept.findLast((each) => each.tableName === source && each.at <= at);
    return this.#restore(input, kept, { SourceTableArn: arnOf(source), RestoreDateTime: seconds });
  }

  async #list(input: Json): Promise<Json> {
    known(input, ['TableName', 'BackupType', 'ExclusiveStartBackupArn']);
    const isDeleted = !(await this.#exists(String(input['TableName'])));
    const of = this.#kept.filter(({ tableName }) => isDeleted && tableName === input['TableName']);
    const BackupSummaries = of.map(({ tableName, at }) => ({
      TableName: tableName,
      BackupArn: `${arnOf(tableName)}/backup/${at}`,
      BackupCreationDateTime: at / 1_000,
      BackupStatus: 'AVAILABLE',
      BackupType: 'SYSTEM',
    }));
    return { BackupSummaries };
  }

  async #restoreFrom(input: Json): Promise<Json> {
    known(input, ['BackupArn', 'TargetTableName', 'GlobalSecondaryIndexOverride']);
    const [, tableName, at] = /:table\/([^/]+)\/backup\/(\d+)$/.exec(String(input['BackupArn'])) ?? [];
    const kept = this.#kept.find((each) => each.tableName === tableName && each.at === Number(at));
    if (!kept) throw new Refusal('BackupNotFoundException', 'Backup not found.');
    const SourceBackupArn = input['BackupArn'];
    return this.#restore(input, kept, {
      SourceTableArn: arnOf(kept.tableName),
      SourceBackupArn,
      RestoreDateTime: kept.at / 1_000,
    });
  }

  async #restore(input: Json, kept: Kept | undefined, summary: Json): Promise<Json> {
    const name = String(input['TargetTableName']);
    if (await this.#exists(name)) throw new Refusal('TableAlreadyExistsException', `Table already exists: ${name}`);
    const output = await this.#link.ask('CreateTable', {
      TableName: name,
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    });
    for (const Item of kept?.items ?? []) await this.#link.ask('PutItem', { TableName: name, Item });
    this.restorations.push(input);
    this.#creating.add(name);
    this.#summaries.set(name, { ...summary, RestoreInProgress: true });
    return output;
  }
}

const arnOf = (tableName: string): string => `arn:aws:dynamodb:us-east-1:000000000000:table/${tableName}`;

function known(input: Json, members: readonly string[]): void {
  const strange = Object.keys(input).filter((name) => !members.includes(name));
  if (strange.length > 0) throw new Refusal('ValidationException', `Unexpected: ${strange.join(', ')}`);
}
