import {
  CloudWatchClient,
  GetMetricDataCommand,
  ListMetricsCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asList, asRecord } from '../../infra/local/cloud/json.ts';
import type { JsonRecord } from '../../infra/local/cloud/json.ts';
import { instanceOf } from '../support/cloud/matchers.ts';
import { call, invoked, startOrchard, temporaryFolder } from '../support/cloud/orchard.ts';
import type { Orchard } from '../support/cloud/orchard.ts';

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
let orchard: Orchard;
let secrets: SecretsManagerClient;
let cloudWatch: CloudWatchClient;
let dynamodb: DynamoDBClient;
let sqs: SQSClient;

beforeAll(async () => {
  orchard = await startOrchard();
  const { region, servicesUrl, dynamodbUrl } = orchard.cloud;
  secrets = new SecretsManagerClient({ region, endpoint: servicesUrl, credentials });
  cloudWatch = new CloudWatchClient({ region, endpoint: servicesUrl, credentials });
  dynamodb = new DynamoDBClient({ region, endpoint: dynamodbUrl, credentials });
  sqs = new SQSClient({ region, endpoint: servicesUrl, credentials, useQueueUrlAsEndpoint: false });
});
afterAll(async () => {
  for (const client of [secrets, cloudWatch, dynamodb, sqs]) client.destroy();
  await orchard.close();
});

async function captured(namespace: string): Promise<JsonRecord[]> {
  const { text } = await call(`${orchard.url}/__local/metrics`);
  return asList(JSON.parse(text))
    .map(asRecord)
    .filter((metric) => metric['namespace'] === namespace);
}

describe('SQS', () => {
  const queueUrl = (): string => orchard.cloud.physicalId('Regrets');
  const receive = async (VisibilityTimeout: number) => {
    const input = { QueueUrl: queueUrl(), MaxNumberOfMessages: 10, VisibilityTimeout };
    return (await sqs.send(new ReceiveMessageCommand(input))).Messages ?? [];
  };

  it('hides a message from others while somebody looks at it, until it is shown again or taken out', async () => {
    const MessageBody = '{"apple":"été"}';
    const { MessageId } = await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl(), MessageBody }));
    const [first] = await receive(60);
    expect(first).toMatchObject({ MessageId, Body: MessageBody });
    expect(await receive(60)).toEqual([]);
    const visible = { QueueUrl: queueUrl(), ReceiptHandle: first?.ReceiptHandle, VisibilityTimeout: 0 };
    await sqs.send(new ChangeMessageVisibilityCommand(visible));
    const [again] = await receive(60);
    expect(again).toMatchObject({ MessageId, Body: MessageBody });
    expect(again?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
    await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl(), ReceiptHandle: again?.ReceiptHandle }));
    expect(await receive(0)).toEqual([]);
  });

  it('says that there is no queue of another name', async () => {
    const QueueUrl = 'https://sqs.us-east-1.amazonaws.com/000000000000/none';
    await expect(sqs.send(new ReceiveMessageCommand({ QueueUrl }))).rejects.toThrow(QueueDoesNotExist);
  });
});

describe('Secrets Manager', () => {
  it('has the secrets of the template, given and generated', async () => {
    const motto = await secrets.send(new GetSecretValueCommand({ SecretId: orchard.cloud.physicalId('Motto') }));
    expect(motto).toMatchObject({
      SecretString: 'an apple a day',
      VersionStages: ['AWSCURRENT'],
      CreatedDate: instanceOf(Date),
    });
    const generated = await secrets.send(new GetSecretValueCommand({ SecretId: 'orchard/combination' }));
    expect(generated.ARN).toBe(orchard.cloud.physicalId('Combination'));
    const value = asRecord(JSON.parse(generated.SecretString ?? ''));
    expect(value['shed']).toBe('tools');
    expect(value['code']).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9]{12}$/);
  });

  it('takes a new value, keeps the one before, and answers a repeated request as the first', async () => {
    const SecretId = orchard.cloud.physicalId('Motto');
    const put = { SecretId, SecretString: 'two a day', ClientRequestToken: randomUUID() };
    const first = await secrets.send(new PutSecretValueCommand(put));
    const again = await secrets.send(new PutSecretValueCommand(put));
    expect(again.VersionId).toBe(first.VersionId);
    const read = (VersionStage: string): Promise<string | undefined> =>
      secrets.send(new GetSecretValueCommand({ SecretId, VersionStage })).then((answer) => answer.SecretString);
    expect(await Promise.all([read('AWSCURRENT'), read('AWSPREVIOUS')])).toEqual(['two a day', 'an apple a day']);
    await expect(secrets.send(new PutSecretValueCommand({ ...put, SecretString: 'three' }))).rejects.toThrow(
      /another value/,
    );
    const described = await secrets.send(new DescribeSecretCommand({ SecretId }));
    expect(Object.values(described.VersionIdsToStages ?? {})).toEqual([['AWSPREVIOUS'], ['AWSCURRENT']]);
  });

  it('keeps bytes', async () => {
    const SecretId = 'orchard/combination';
    await secrets.send(new PutSecretValueCommand({ SecretId, SecretBinary: new Uint8Array([1, 2, 255]) }));
    const { SecretBinary } = await secrets.send(new GetSecretValueCommand({ SecretId }));
    expect([...(SecretBinary ?? [])]).toEqual([1, 2, 255]);
  });

  it('has no other secret', async () => {
    const asked = secrets.send(new GetSecretValueCommand({ SecretId: 'nothing' }));
    await expect(asked).rejects.toBeInstanceOf(ResourceNotFoundException);
  });

  it('survives a restart with a data directory', async () => {
    const data = temporaryFolder();
    try {
      const before = await startOrchard({ dataDirectory: data.path });
      const code = await combinationOf(before);
      await before.close();
      const after = await startOrchard({ dataDirectory: data.path });
      expect(await combinationOf(after)).toBe(code);
      await after.close();
    } finally {
      data.remove();
    }
  });
});

async function combinationOf(running: Orchard): Promise<string | undefined> {
  const client = new SecretsManagerClient({ region: 'us-east-1', endpoint: running.cloud.servicesUrl, credentials });
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: 'orchard/combination' }));
  client.destroy();
  return SecretString;
}

describe('CloudWatch', () => {
  const put = (Namespace: string, MetricData: MetricDatum[]): Promise<unknown> =>
    cloudWatch.send(new PutMetricDataCommand({ Namespace, MetricData }));

  it('adds up what is put, by dimensions, in all forms that a datum has', async () => {
    const Dimensions = [{ Name: 'Row', Value: 'north' }];
    await put('Orchard/Sum', [
      { MetricName: 'Picked', Value: 3, Unit: 'Count', Dimensions },
      { MetricName: 'Picked', Values: [1, 10], Counts: [2, 1], Unit: 'Count', Dimensions },
      {
        MetricName: 'Picked',
        StatisticValues: { Sum: 8, SampleCount: 2, Minimum: 3, Maximum: 5 },
        Unit: 'Count',
        Dimensions,
      },
      { MetricName: 'Picked', Value: 7, Unit: 'Count' },
    ]);
    expect(await captured('Orchard/Sum')).toEqual([
      {
        namespace: 'Orchard/Sum',
        name: 'Picked',
        dimensions: { Row: 'north' },
        unit: 'Count',
        sum: 23,
        count: 6,
        min: 1,
        max: 10,
        last: 4,
      },
      {
        namespace: 'Orchard/Sum',
        name: 'Picked',
        dimensions: {},
        unit: 'Count',
        sum: 7,
        count: 1,
        min: 7,
        max: 7,
        last: 7,
      },
    ]);
  });

  it('reads a large request, which the client compresses', async () => {
    const many = Array.from({ length: 300 }, (_, index) => ({
      MetricName: `Tree${index}`,
      Value: index,
      Unit: 'None' as const,
    }));
    await put('Orchard/Many', many);
    expect(await captured('Orchard/Many')).toHaveLength(300);
  });

  it('gives the data back by period and statistic', async () => {
    const start = Math.floor(Date.now() / 60_000) * 60_000 - 600_000;
    const at = (minutes: number): Date => new Date(start + minutes * 60_000);
    await put('Orchard/Read', [
      { MetricName: 'Ripe', Value: 2, Timestamp: at(0) },
      { MetricName: 'Ripe', Value: 4, Timestamp: at(0) },
      { MetricName: 'Ripe', Value: 9, Timestamp: at(3) },
      { MetricName: 'Ripe', Value: 100, Timestamp: at(9) },
    ]);
    const query = (Id: string, Stat: string): object => ({
      Id,
      MetricStat: { Metric: { Namespace: 'Orchard/Read', MetricName: 'Ripe' }, Period: 60, Stat },
    });
    const MetricDataQueries = ['Sum', 'Average', 'SampleCount', 'Maximum', 'Minimum'].map((stat) => ({
      Id: '',
      ...query(stat.toLowerCase(), stat),
    }));
    const range = { StartTime: at(0), EndTime: at(5), ScanBy: 'TimestampAscending' as const };
    const { MetricDataResults } = await cloudWatch.send(new GetMetricDataCommand({ ...range, MetricDataQueries }));
    expect(MetricDataResults?.map(({ Id, Values }) => [Id, Values])).toEqual([
      ['sum', [6, 9]],
      ['average', [3, 9]],
      ['samplecount', [2, 1]],
      ['maximum', [4, 9]],
      ['minimum', [2, 9]],
    ]);
    expect(MetricDataResults?.[0]?.Timestamps).toEqual([at(0), at(3)]);
  });

  it('refuses a datum without a value, and keeps nothing of the request', async () => {
    const bad = [{ MetricName: 'Good', Value: 1 }, { MetricName: 'Bad' }];
    await expect(put('Orchard/Bad', bad)).rejects.toThrow(/Bad has neither/);
    expect(await captured('Orchard/Bad')).toEqual([]);
  });

  it('captures metrics that a function embeds in its log, once for each set of dimensions', async () => {
    const metric = {
      _aws: {
        Timestamp: Date.now(),
        CloudWatchMetrics: [
          {
            Namespace: 'Orchard/Log',
            Dimensions: [['Row'], []],
            Metrics: [{ Name: 'Cider', Unit: 'Count' }, { Name: 'Absent' }],
          },
        ],
      },
      Row: 'south',
      Cider: [1, 5],
    };
    await invoked(orchard.cloud, 'Echo', { metric });
    const common = {
      namespace: 'Orchard/Log',
      name: 'Cider',
      unit: 'Count',
      sum: 6,
      count: 2,
      min: 1,
      max: 5,
      last: 3,
    };
    expect(await captured('Orchard/Log')).toEqual([
      { ...common, dimensions: { Row: 'south' } },
      { ...common, dimensions: {} },
    ]);
    const { text } = await call(`${orchard.url}/__local/metrics?raw`);
    expect(asList(JSON.parse(text))).toContainEqual(
      expect.objectContaining({ name: 'Cider', at: metric._aws.Timestamp }),
    );
    const since = async (at: number): Promise<string> =>
      (await call(`${orchard.url}/__local/metrics?raw&since=${at}`)).text;
    expect(await since(metric._aws.Timestamp)).toContain('Cider');
    expect(await since(metric._aws.Timestamp + 1)).not.toContain('Cider');
  });

  it('says what it does not imitate', async () => {
    await expect(cloudWatch.send(new ListMetricsCommand({}))).rejects.toThrow(
      /does not imitate GraniteServiceVersion20100801\.ListMetrics/,
    );
  });
});

describe('Lambda', () => {
  const invoke = (name: string, type: string, body: string): ReturnType<typeof call> =>
    call(`${orchard.cloud.servicesUrl}/2015-03-31/functions/${encodeURIComponent(name)}/invocations`, {
      method: 'POST',
      headers: { 'x-amz-invocation-type': type },
      body,
    });

  it('invokes and answers the payload', async () => {
    const answer = await invoke(orchard.cloud.physicalId('EchoLive'), 'RequestResponse', '{"a":1}');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-amz-executed-version')).toBe('1');
    expect(answer.body['event']).toEqual({ a: 1 });
  });

  it('marks a function that failed', async () => {
    const answer = await invoke(orchard.cloud.physicalId('Trouble'), 'RequestResponse', '{"kind":"throw"}');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-amz-function-error')).toBe('Unhandled');
    expect(answer.body).toMatchObject({ errorType: 'RangeError', errorMessage: 'out of apples' });
  });

  it('invokes without waiting', async () => {
    const answer = await invoke(orchard.cloud.physicalId('Mirror'), 'Event', '{"body":"no JSON"}');
    expect([answer.status, answer.text]).toEqual([202, '']);
    const problems = async (): Promise<string> => (await call(`${orchard.url}/__local/logs?function=local-cloud`)).text;
    await expect.poll(problems, { timeout: 5000 }).toContain('not valid JSON');
  });

  it.each([
    ['an unknown function', 'nobody', '{}', 404, 'ResourceNotFoundException'],
    ['a payload that is no JSON', 'Echo', 'green', 400, 'InvalidRequestContentException'],
  ])('refuses %s', async (_, name, body, status, code) => {
    const answer = await invoke(name === 'Echo' ? orchard.cloud.physicalId(name) : name, 'RequestResponse', body);
    expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([status, code]);
  });
});

describe('tables', () => {
  it('have the keys, indexes, stream and time to live of the template', async () => {
    const TableName = orchard.cloud.physicalId('Ledger');
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    });
    expect(Table?.GlobalSecondaryIndexes?.[0]).toMatchObject({
      IndexName: 'byKind',
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['note'] },
    });
    const { TimeToLiveDescription } = await dynamodb.send(new DescribeTimeToLiveCommand({ TableName }));
    expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'until' });
  });

  it('keep a name that the template gives, and none whose condition does not hold', async () => {
    expect(orchard.cloud.physicalId('Basket')).toBe('basket');
    expect(() => orchard.cloud.physicalId('Attic')).toThrow(/no resource Attic/);
  });

  it('survive a restart with a data directory', async () => {
    const data = temporaryFolder();
    const item = { pk: { S: 'one' }, note: { S: 'kept' } };
    try {
      const before = await startOrchard({ dataDirectory: data.path });
      const TableName = before.cloud.physicalId('Ledger');
      await withTables(before, (client) => client.send(new PutItemCommand({ TableName, Item: item })));
      await before.close();
      const after = await startOrchard({ dataDirectory: data.path });
      const read = await withTables(after, (client) =>
        client.send(new GetItemCommand({ TableName, Key: { pk: { S: 'one' } } })),
      );
      await after.close();
      expect(read.Item).toEqual(item);
    } finally {
      data.remove();
    }
  });
});

async function withTables<T>(running: Orchard, use: (client: DynamoDBClient) => Promise<T>): Promise<T> {
  const client = new DynamoDBClient({ region: 'us-east-1', endpoint: running.cloud.dynamodbUrl, credentials });
  try {
    return await use(client);
  } finally {
    client.destroy();
  }
}
