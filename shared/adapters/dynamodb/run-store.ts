import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { TABLE } from '../../names/table.ts';
import type { Run, RunStage, RunStore } from '../../ports/run-store.ts';
import type { Unreadable } from '../../ports/unreadable.ts';
import { HELD_DAYS, RUN_STAGE, stageOf } from '../../ports/run-store.ts';
import type { Attributes } from './attribute-value.ts';
import { callIfMet, callTable } from './errors.ts';
import { timeKey } from './creation-index.ts';
import { expiryAfter } from './expiry.ts';
import { listRows } from './index-query.ts';
import { readerOf } from './read-attributes.ts';
import { itemOfRun, parseListedRun, parseRun, RUNS, runKey } from './run-item.ts';
import { directoryKey, partKey, partsOf, pieceAttribute, pieceOf } from './suspect-pieces.ts';
import type { TableAccess } from './table-access.ts';
import { keyOf, readItem } from './table-access.ts';

export function createDynamoDbRunStore(deps: TableAccess): RunStore {
  return {
    save: (run) => save(deps, run, stageOf(run)),
    saveUnstarted: (run) => save(deps, run, RUN_STAGE.requested),
    get: (id) => get(deps, id),
    list: (since) => list(deps, since),
    putSuspects: (runId, piece, userIds) => putSuspects(deps, runId, piece, userIds),
    suspects: (runId) => suspects(deps, runId),
    putMarks: (times) => putMarks(deps, times),
    marks: () => marks(deps),
  };
}

/** A record that has come further stays as it is: whoever wrote it knew more. */
async function save({ client, tableName }: TableAccess, run: Run, stage: RunStage): Promise<void> {
  const command = new PutCommand({
    TableName: tableName,
    Item: { ...itemOfRun(run), stage },
    ConditionExpression: 'attribute_not_exists(#stage) OR #stage <= :stage',
    ExpressionAttributeNames: { '#stage': 'stage' },
    ExpressionAttributeValues: { ':stage': stage },
  });
  await callIfMet(() => client.send(command));
}

async function get(deps: TableAccess, id: string): Promise<Run | undefined> {
  const item = await readItem(deps, runKey(id));
  return item && parseRun(item);
}

/** The index knows which runs there are; each is read by its key, since the index lags and keeps little of them. */
async function* list(deps: TableAccess, since: number): AsyncGenerator<Run | Unreadable> {
  const slice = { group: RUNS, fromSort: timeKey(Math.max(0, since)) };
  for await (const row of listRows({ ...deps, pageSize: RUNS_AT_ONCE }, [slice], {})) {
    const item = await readItem(deps, readerOf(row).text(TABLE.partitionKey));
    if (item) yield parseListedRun(item);
  }
}

/** Runs that one read of the index takes. */
const RUNS_AT_ONCE = 100;

/** The parts first and the directory last: a piece that is half written is not there yet, and a repetition replaces it whole. */
async function putSuspects(deps: TableAccess, runId: string, piece: number, userIds: readonly string[]): Promise<void> {
  const expiresAt = expiryAfter(deps.clock.now(), HELD_DAYS);
  const parts = partsOf(userIds);
  for (const [number, part] of parts.entries()) {
    const key = keyOf(partKey(runId, piece, number));
    const command = new PutCommand({
      TableName: deps.tableName,
      Item: { ...key, userIds: part, [TABLE.timeToLive]: expiresAt },
    });
    await callTable(() => deps.client.send(command));
  }
  await noteInDirectory(deps, runId, { piece, parts: parts.length, expiresAt });
}

async function noteInDirectory(
  { client, tableName }: TableAccess,
  runId: string,
  { piece, parts, expiresAt }: { piece: number; parts: number; expiresAt: number },
): Promise<void> {
  const command = new UpdateCommand({
    TableName: tableName,
    Key: keyOf(directoryKey(runId)),
    UpdateExpression: 'SET #piece = :parts, #expiresAt = :expiresAt',
    ExpressionAttributeNames: { '#piece': pieceAttribute(piece), '#expiresAt': TABLE.timeToLive },
    ExpressionAttributeValues: { ':parts': parts, ':expiresAt': expiresAt },
  });
  await callTable(() => client.send(command));
}

async function* suspects(deps: TableAccess, runId: string): AsyncGenerator<readonly string[]> {
  const directory = await readItem(deps, directoryKey(runId));
  for (const { piece, parts } of piecesOf(directory ?? {})) {
    for (let part = 0; part < parts; part += 1) yield readPart(deps, partKey(runId, piece, part));
  }
}

function piecesOf(directory: Attributes): { piece: number; parts: number }[] {
  const reader = readerOf(directory);
  return Object.keys(directory)
    .flatMap((name) => {
      const piece = pieceOf(name);
      return piece === undefined ? [] : [{ piece, parts: reader.number(name) }];
    })
    .toSorted((a, b) => a.piece - b.piece);
}

/** A part that is gone fails the reading: to pass over it would be to judge fewer proposals than were made. */
async function readPart(deps: TableAccess, key: string): Promise<string[]> {
  const item = await readItem(deps, key);
  if (!item) throw new Error(`The held deletions ${key} are gone. Start a new full run: it proposes them again.`);
  return readerOf(item).texts('userIds');
}

/** One item for all runs: it says nothing about any user, and a run without it is only slower. */
const MARKS = 'marks';

async function putMarks({ client, tableName }: TableAccess, times: readonly number[]): Promise<void> {
  const Item = { ...keyOf(MARKS), times: times.map(timeKey) };
  await callTable(() => client.send(new PutCommand({ TableName: tableName, Item })));
}

/** What this version does not read is as good as none: marks say nothing that a run could not do without. */
async function marks(deps: TableAccess): Promise<readonly number[]> {
  const times: unknown = (await readItem(deps, MARKS))?.['times'];
  return Array.isArray(times) ? times.filter((time) => typeof time === 'string').map(Number) : [];
}
