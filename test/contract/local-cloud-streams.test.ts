import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { asRecord } from '../../infra/local/cloud/json.ts';
import type { JsonRecord } from '../../infra/local/cloud/json.ts';
import type { LocalCloudOptions } from '../../infra/local/cloud/index.ts';
import { instanceOf, listWith, textMatching } from '../support/cloud/matchers.ts';
import { openDiary } from '../support/cloud/diary.ts';
import type { Diary } from '../support/cloud/diary.ts';
import { buildOrchard, call, changedOrchard, temporaryFolder } from '../support/cloud/orchard.ts';
import type { Folder } from '../support/cloud/orchard.ts';

let built: Folder;
const folders: Folder[] = [];
const diaries: Diary[] = [];

beforeAll(async () => {
  built = await buildOrchard();
});
afterAll(() => built?.remove());
afterEach(async () => {
  for (const diary of diaries.splice(0)) await diary.close();
  for (const folder of folders.splice(0)) folder.remove();
  vi.unstubAllEnvs();
});

async function open(options: Partial<LocalCloudOptions> = {}): Promise<Diary> {
  const diary = await openDiary({ assembly: built.path, ...options });
  diaries.push(diary);
  return diary;
}

/** Functions start cold, on a machine that may be busy. */
const SOON = { timeout: 10_000, interval: 20 };

/** An assembly whose mapping has other properties; undefined takes one away. */
function mappingWith(properties: JsonRecord, change: (resources: JsonRecord) => void = () => undefined): string {
  const folder = changedOrchard(built.path, (resources) => {
    Object.assign(asRecord(asRecord(resources['DiaryToScribe'])['Properties']), properties);
    change(resources);
  });
  folders.push(folder);
  return folder.path;
}

function dataDirectory(): string {
  const folder = temporaryFolder();
  folders.push(folder);
  return folder.path;
}

describe('the stream of a table', () => {
  it('goes on where it was when the engine was killed and has come back', async () => {
    const diary = await open();
    await diary.put('before');
    await expect.poll(async () => (await diary.handed()).flat(), SOON).toEqual(['before']);
    for (const pk of ['first', 'second']) {
      expect((await call(`${diary.orchard.url}/__local/store/restart`, { method: 'POST' })).status).toBe(200);
      await diary.put(pk);
    }
    await expect.poll(async () => (await diary.handed()).flat(), SOON).toEqual(['before', 'first', 'second']);
  });

  it('hands each change to its function as Lambda does', async () => {
    const diary = await open();
    await diary.put('monday', { apples: 3 });
    await diary.put('monday', { apples: 4 });
    await diary.remove('monday');
    await expect.poll(async () => (await diary.handed()).flat(), SOON).toHaveLength(3);
    const source = textMatching(/^arn:aws:dynamodb:us-east-1:0{12}:table\/Orchard-Diary-\w+\/stream\/2/);
    const record = (eventName: string, images: object, sequenceNumber: string): object => ({
      eventID: textMatching(/^[0-9a-f]{32}$/),
      eventName,
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
      eventSourceARN: source,
      dynamodb: {
        ApproximateCreationDateTime: instanceOf(Number),
        Keys: { pk: { S: 'monday' } },
        ...images,
        SequenceNumber: sequenceNumber,
        SizeBytes: instanceOf(Number),
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
    });
    const item = (apples: number): object => ({ pk: { S: 'monday' }, apples: { N: String(apples) } });
    expect((await diary.invocations()).flat()).toEqual([
      record('INSERT', { NewImage: item(3) }, '1'),
      record('MODIFY', { NewImage: item(4), OldImage: item(3) }, '2'),
      record('REMOVE', { OldImage: item(4) }, '3'),
    ]);
  });

  it('is followed within moments, whoever writes', async () => {
    const diary = await open();
    await diary.put('warm');
    await expect.poll(() => diary.handed(), SOON).toEqual([['warm']]);
    const soon = { timeout: 2000, interval: 10 };
    await diary.putAsFunction('by a function');
    await expect.poll(() => diary.handed(), soon).toContainEqual(['by a function']);
    await diary.put('by a tool');
    await expect.poll(() => diary.handed(), soon).toContainEqual(['by a tool']);
  });

  it('has no record of a write that changes nothing, and none that the filter leaves out', async () => {
    const diary = await open();
    await diary.put('monday');
    await diary.put('monday');
    await diary.put('secret#1');
    await diary.put('tuesday');
    await expect.poll(async () => (await diary.handed()).flat(), SOON).toEqual(['monday', 'tuesday']);
    await expect.poll(async () => Object.values(asRecord((await diary.mapping())['doneUpTo'])), SOON).toEqual(['4']);
  });

  it('fills batches while their window is open, and no further than their size', async () => {
    const assembly = mappingWith({ BatchSize: 3, MaximumBatchingWindowInSeconds: 1 });
    const diary = await open({ assembly });
    for (const pk of ['a', 'b', 'c', 'd']) await diary.put(pk);
    await expect.poll(() => diary.handed(), SOON).toEqual([['a', 'b', 'c'], ['d']]);
  });

  it('is read past the faults between functions and tables', async () => {
    const diary = await open();
    await call(`${diary.orchard.url}/__local/store`, { method: 'PUT', body: '{"down":true}' });
    await diary.put('monday');
    await expect.poll(() => diary.handed(), SOON).toEqual([['monday']]);
  });

  it('drives nothing while its mapping is disabled', async () => {
    const data = dataDirectory();
    const assembly = mappingWith({ Enabled: false });
    const diary = await open({ assembly, dataDirectory: data });
    await diary.put('monday');
    expect(await diary.mapping()).toMatchObject({ isEnabled: false, doneUpTo: {} });
    await diary.close();
    const later = await open({ dataDirectory: data });
    await expect.poll(() => later.handed(), SOON).toEqual([['monday']]);
  });
});

describe('a batch that its function does not take', () => {
  it('is handed over again before anything that came after it', async () => {
    const diary = await open({ assembly: mappingWith({ FunctionResponseTypes: undefined }) });
    await diary.put('bad', { fails: 2, reports: -1 });
    await expect.poll(() => diary.handed(), SOON).toContainEqual(['bad']);
    await diary.put('good');
    await expect.poll(() => diary.handed(), SOON).toEqual([['bad'], ['bad'], ['bad'], ['good']]);
  });

  it('is handed over again from the first record that was reported', async () => {
    const diary = await open({ assembly: mappingWith({ MaximumBatchingWindowInSeconds: 1 }) });
    await diary.put('a');
    await diary.put('b', { reports: 2 });
    await diary.put('c', { reports: 1 });
    await expect
      .poll(() => diary.handed(), SOON)
      .toEqual([
        ['a', 'b', 'c'],
        ['b', 'c'],
        ['b', 'c'],
      ]);
    expect(await diary.mapping()).toMatchObject({ givenUp: [] });
  });

  it('is given up after its retries: its destination would be told where the records are', async () => {
    const diary = await open({ assembly: mappingWith({ MaximumRetryAttempts: 1 }) });
    await diary.put('bad', { fails: -1 });
    await expect.poll(async () => (await diary.handed()).length, SOON).toBe(2);
    await diary.put('good');
    await expect.poll(() => diary.handed(), SOON).toEqual([['bad'], ['bad'], ['good']]);
    const { givenUp } = await diary.mapping();
    expect(givenUp).toEqual([
      {
        at: instanceOf(Number),
        destination: 'arn:aws:sqs:us-east-1:000000000000:regrets',
        message: {
          requestContext: {
            requestId: textMatching(/^[0-9a-f-]{36}$/),
            functionArn: textMatching(/:function:Orchard-Scribe-\w+:live$/),
            condition: 'RetryAttemptsExhausted',
            approximateInvokeCount: 2,
          },
          responseContext: { statusCode: 200, executedVersion: '1', functionError: 'Unhandled' },
          version: '1.0',
          timestamp: textMatching(/^\d{4}-.*Z$/),
          DDBStreamBatchInfo: {
            shardId: textMatching(/^shardId-/),
            startSequenceNumber: '1',
            endSequenceNumber: '1',
            approximateArrivalOfFirstRecord: textMatching(/T\d\d:\d\d:\d\dZ$/),
            approximateArrivalOfLastRecord: textMatching(/T\d\d:\d\d:\d\dZ$/),
            batchSize: 1,
            streamArn: textMatching(/stream/),
          },
        },
      },
    ]);
    const { text } = await call(`${diary.orchard.url}/__local/logs?function=local-cloud`);
    expect(text).toContain('DiaryToScribe: the record 1 given up: RetryAttemptsExhausted.');
  });

  it('is divided until the one bad record stands alone', async () => {
    const properties = { BisectBatchOnFunctionError: true, MaximumRetryAttempts: 0, MaximumBatchingWindowInSeconds: 1 };
    const diary = await open({ assembly: mappingWith(properties) });
    for (const pk of ['a', 'b', 'c', 'd']) await diary.put(pk, pk === 'c' ? { fails: -1 } : {});
    await expect.poll(() => diary.handed(), SOON).toEqual([['a', 'b', 'c', 'd'], ['a', 'b'], ['c', 'd'], ['c'], ['d']]);
  });

  it('waits for a function that is throttled, for as long as it takes', async () => {
    const assembly = mappingWith({ MaximumRetryAttempts: 0 }, (resources) => {
      asRecord(asRecord(resources['Scribe'])['Properties'])['ReservedConcurrentExecutions'] = 0;
    });
    const diary = await open({ assembly });
    await diary.put('monday');
    const problems = async (): Promise<string> =>
      (await call(`${diary.orchard.url}/__local/logs?function=local-cloud`)).text;
    await expect.poll(async () => (await problems()).match(/Rate Exceeded/g)?.length, SOON).toBeGreaterThanOrEqual(2);
    expect(await diary.mapping()).toMatchObject({ doneUpTo: {}, givenUp: [] });
  });
});

describe('a restart', () => {
  it('goes on where the last one was, with what was not taken yet', async () => {
    const data = dataDirectory();
    const before = await open({ dataDirectory: data });
    await before.put('taken');
    await expect.poll(async () => Object.values(asRecord((await before.mapping())['doneUpTo'])), SOON).toEqual(['1']);
    await before.put('cut off', { ms: 20_000 });
    await expect.poll(() => before.handed(), SOON).toContainEqual(['cut off']);
    await before.put('waiting');
    const from = performance.now();
    await before.close();
    expect(performance.now() - from).toBeLessThan(2000);
    const after = await open({ dataDirectory: data });
    await expect.poll(() => after.handed(), SOON).toEqual([['cut off', 'waiting']]);
  });

  it('lets go of the records that all have taken, and the numbers go on', async () => {
    const data = dataDirectory();
    const before = await open({ dataDirectory: data });
    for (const pk of ['a', 'b', 'c']) await before.put(pk);
    await expect.poll(async () => Object.values(asRecord((await before.mapping())['doneUpTo'])), SOON).toEqual(['3']);
    await before.close();
    const after = await open({ dataDirectory: data });
    await after.put('d');
    await expect.poll(() => after.handed(), SOON).toEqual([['d']]);
    expect((await after.invocations())[0]?.[0]).toMatchObject({ dynamodb: { SequenceNumber: '4' } });
    await after.close();
    expect(keptRecords(data)).toEqual(['3', '4']);
  });

  it('hands over nothing that was there before the first start, when the mapping begins at the latest', async () => {
    const data = dataDirectory();
    const before = await open({ dataDirectory: data, assembly: mappingWith({ Enabled: false }) });
    await before.put('old');
    await before.close();
    const assembly = mappingWith({ StartingPosition: 'LATEST' });
    const first = await open({ dataDirectory: data, assembly });
    await first.close();
    const away = await open({ dataDirectory: data, assembly: mappingWith({ Enabled: false }) });
    await away.put('while away');
    await away.close();
    const last = await open({ dataDirectory: data, assembly });
    await expect.poll(() => last.handed(), SOON).toEqual([['while away']]);
  });

  it('enables a stream that the template did not have before', async () => {
    const data = dataDirectory();
    const before = await open({
      dataDirectory: data,
      assembly: mappingWith({}, (resources) => {
        delete resources['DiaryToScribe'];
        delete asRecord(asRecord(resources['Diary'])['Properties'])['StreamSpecification'];
      }),
    });
    await before.put('unseen');
    await before.close();
    const after = await open({ dataDirectory: data });
    await after.put('seen');
    await expect.poll(() => after.handed(), SOON).toEqual([['seen']]);
  });

  it('says which file to delete when it holds no positions', async () => {
    const data = dataDirectory();
    writeFileSync(join(data, 'streams.json'), '[]');
    await expect(open({ dataDirectory: data })).rejects.toThrow(/streams\.json does not hold positions.*--fresh/);
  });
});

/** The sequence numbers of all records that the engine keeps. */
function keptRecords(data: string): unknown[] {
  const database = new DatabaseSync(join(data, 'dynamodb.sqlite'));
  const rows = database.prepare('SELECT sequence_number AS number FROM _stream_records ORDER BY id').all();
  database.close();
  return rows.map(({ number }) => number);
}

describe('the cost of a stream', () => {
  it('does not grow with the records kept: the engine finds the last of them by an index', async () => {
    const data = dataDirectory();
    const diary = await open({ dataDirectory: data });
    const database = new DatabaseSync(join(data, 'dynamodb.sqlite'));
    const plan = database
      .prepare(
        'EXPLAIN QUERY PLAN SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records WHERE table_name = ?',
      )
      .all(diary.orchard.cloud.physicalId('Diary'));
    database.close();
    expect(plan).toEqual([
      expect.objectContaining({ detail: textMatching(/USING COVERING INDEX local_cloud_records/) }),
    ]);
  });

  it('leaves no file behind where nothing is to be kept', async () => {
    const folder = temporaryFolder();
    folders.push(folder);
    vi.stubEnv('TMPDIR', folder.path);
    const diary = await open();
    expect(readdirSync(folder.path)).toEqual([textMatching(/^local-cloud-tables-/)]);
    await diary.close();
    expect(readdirSync(folder.path)).toEqual([]);
  });
});

describe('mappings that are not driven', () => {
  it('are listed with the reason', async () => {
    const assembly = mappingWith({ TumblingWindowInSeconds: 30 }, (resources) => {
      const { Properties } = asRecord(asRecord(structuredClone(resources['DiaryToScribe'])));
      const to = (FunctionName: unknown): unknown => ({
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { ...asRecord(Properties), TumblingWindowInSeconds: 0, FunctionName },
      });
      Object.assign(resources, { ToLasting: to({ Ref: 'LastingV' }), ToElsewhere2: to({ Ref: 'Elsewhere' }) });
      Object.assign(resources, {
        Abroad: {
          Type: 'AWS::Lambda::EventSourceMapping',
          Properties: {
            ...asRecord(Properties),
            EventSourceArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/abroad/stream/2026',
          },
        },
      });
    });
    const diary = await open({ assembly });
    const { body } = await call(`${diary.orchard.url}/__local`);
    expect(body['streams']).toEqual([]);
    expect(body['notImitated']).toEqual(
      listWith(
        'AWS::Lambda::EventSourceMapping RegretsToScribe: its source is no stream of a DynamoDB table.',
        'AWS::Lambda::EventSourceMapping DiaryToScribe: it has a tumbling window.',
        'AWS::Lambda::EventSourceMapping ToLasting: its function is durable.',
        'AWS::Lambda::EventSourceMapping ToElsewhere2: its function does not run here.',
        'AWS::Lambda::EventSourceMapping Abroad: its source is the stream of a table outside of this template.',
      ),
    );
  });

  it('stand beside those that are', async () => {
    const diary = await open();
    const { body } = await call(`${diary.orchard.url}/__local`);
    expect(body).toMatchObject({
      streams: [{ name: 'DiaryToScribe', table: textMatching(/Diary/), function: textMatching(/Scribe/) }],
      controls: listWith('GET /__local/streams'),
    });
  });
});

describe('a mapping that a deployment would refuse', () => {
  it.each<[string, JsonRecord, RegExp]>([
    ['a batch of none', { BatchSize: 0 }, /BatchSize: a whole number from 1 to 10000 is wanted, not 0/],
    ['a window without a number', { MaximumBatchingWindowInSeconds: 'long' }, /WindowInSeconds: .*0 to 300.*"long"/],
    ['another starting position', { StartingPosition: 'AT_TIMESTAMP' }, /StartingPosition: TRIM_HORIZON or LATEST/],
    ['a function that is not there', { FunctionName: 'nobody' }, /FunctionName: the template has no .*"nobody"/],
    [
      'a filter with an operator that nobody knows',
      { FilterCriteria: { Filters: [{}, { Pattern: '{"eventName":[{"wildcard":"*"}]}' }] } },
      /FilterCriteria\.Filters\[1\]\.Pattern\.eventName: \{"wildcard":"\*"\} is no operator.*prefix/,
    ],
    [
      'a filter that is no JSON',
      { FilterCriteria: { Filters: [{ Pattern: 'INSERT' }] } },
      /Filters\[0\]\.Pattern: an event pattern is a JSON object/,
    ],
  ])('because of %s is refused by the name of its property', async (_, properties, message) => {
    await expect(open({ assembly: mappingWith(properties) })).rejects.toThrow(message);
    await expect(open({ assembly: mappingWith(properties) })).rejects.toThrow('Resources.DiaryToScribe.Properties.');
  });

  it('because its table has no stream is refused by the name of the table', async () => {
    const assembly = mappingWith({}, (resources) => {
      delete asRecord(asRecord(resources['Diary'])['Properties'])['StreamSpecification'];
    });
    await expect(open({ assembly })).rejects.toThrow(/EventSourceArn: the table Diary has no stream/);
  });
});
