import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocalClock } from '../../infra/local/clock.ts';
import type { LocalClock } from '../../infra/local/clock.ts';
import { asList, asRecord } from '../../infra/local/cloud/json.ts';
import type { JsonRecord } from '../../infra/local/cloud/json.ts';
import { call, startOrchard } from '../support/cloud/orchard.ts';
import type { Orchard } from '../support/cloud/orchard.ts';

const MINUTE = 60_000;
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
let clock: LocalClock;
let orchard: Orchard;
let cloudWatch: CloudWatchClient;

beforeEach(async () => {
  clock = createLocalClock();
  orchard = await startOrchard({ clock });
  cloudWatch = new CloudWatchClient({ region: orchard.cloud.region, endpoint: orchard.cloud.servicesUrl, credentials });
});
afterEach(async () => {
  cloudWatch.destroy();
  await orchard.close();
});

async function control(path: string, method = 'GET'): Promise<unknown> {
  const { text } = await call(`${orchard.url}/__local/${path}`, { method });
  return JSON.parse(text);
}

async function alarm(name: string): Promise<JsonRecord> {
  const alarms = asList(await control('alarms')).map(asRecord);
  return alarms.find((each) => each['name'] === name) ?? {};
}

async function pick(picked: number, rotten: number): Promise<void> {
  const MetricData = [
    { MetricName: 'Picked', Value: picked },
    { MetricName: 'Rotten', Value: rotten },
  ];
  await cloudWatch.send(new PutMetricDataCommand({ Namespace: 'Orchard/Alarm', MetricData }));
}

describe('GET /__local/alarms', () => {
  it('shows the alarms of the template, as what was emitted would set them', async () => {
    expect(await alarm('rotten')).toMatchObject({ state: 'OK', threshold: 10, datapoints: [null] });
    await pick(100, 11);
    const rung = await alarm('rotten');
    expect(rung).toMatchObject({ state: 'ALARM', datapoints: [11] });
    expect(rung['description']).toBe('More than a tenth of what was picked is rotten');
    expect(asList(rung['told'])).toMatchObject([{ state: 'ALARM', topic: orchard.cloud.physicalId('Bell') }]);
    await pick(100, 0);
    expect(await alarm('rotten')).toMatchObject({ state: 'OK', datapoints: [5.5] });
  });

  it('goes by the clock that can be moved, and so does what is emitted afterwards', async () => {
    await pick(100, 50);
    clock.advance(10 * MINUTE);
    expect(await alarm('rotten')).toMatchObject({ state: 'OK', datapoints: [null] });
    await pick(100, 50);
    expect(await alarm('rotten')).toMatchObject({ state: 'ALARM', datapoints: [50] });
  });

  it('sees what Lambda measures of a function, also through the machine’s clock', async () => {
    expect(await alarm('faulty')).toMatchObject({ state: 'INSUFFICIENT_DATA' });
    await orchard.cloud.invoke(orchard.cloud.physicalId('Trouble'), { kind: 'throw' });
    expect(await alarm('faulty')).toMatchObject({ state: 'ALARM', datapoints: [1] });
    const FunctionName = orchard.cloud.physicalId('Trouble');
    clock.advance(60 * MINUTE);
    await orchard.cloud.invoke(FunctionName, { kind: 'throw' });
    const metric = { Namespace: 'AWS/Lambda', Dimensions: [{ Name: 'FunctionName', Value: FunctionName }] };
    const sumOf = (Id: string, MetricName: string): object => ({
      Id,
      ReturnData: false,
      MetricStat: { Metric: { ...metric, MetricName }, Period: 60, Stat: 'Sum' },
    });
    const { MetricDataResults } = await cloudWatch.send(
      new GetMetricDataCommand({
        StartTime: new Date(Date.now() - 2 * MINUTE),
        EndTime: new Date(Date.now() + MINUTE),
        MetricDataQueries: [
          { Id: 'share', Expression: 'SUM(errors) / SUM(calls)', Label: 'share' },
          { ...sumOf('errors', 'Errors'), Id: 'errors' },
          { ...sumOf('calls', 'Invocations'), Id: 'calls' },
        ],
      }),
    );
    expect(MetricDataResults).toMatchObject([{ Id: 'share' }]);
    expect(new Set(MetricDataResults?.[0]?.Values)).toEqual(new Set([1]));
  });

  it('does not evaluate what it cannot, and says so', async () => {
    expect(await alarm('Seasonal')).toEqual({});
    expect(orchard.cloud.notImitated).toContainEqual(expect.stringMatching(/^AWS::CloudWatch::Alarm Seasonal: /));
    expect(orchard.cloud.notImitated).toContainEqual(
      expect.stringMatching(/^AWS::CloudWatch::Alarm: an approximation/),
    );
  });
});

describe('DescribeAlarms', () => {
  it('tells the real client how alarms stand, all of them or those it names', async () => {
    await pick(100, 11);
    const { MetricAlarms = [] } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: ['rotten', 'none'] }));
    expect(MetricAlarms).toMatchObject([{ AlarmName: 'rotten', StateValue: 'ALARM', Threshold: 10 }]);
    const all = await cloudWatch.send(new DescribeAlarmsCommand({}));
    const states = all.MetricAlarms?.map(({ AlarmName, StateValue }) => [AlarmName, StateValue]);
    expect(states).toContainEqual(['faulty', 'INSUFFICIENT_DATA']);
  });
});

describe('GET /__local/queues', () => {
  it('holds what an asynchronous invocation failed with, counts it, and can be emptied', async () => {
    const queue = orchard.cloud.physicalId('Regrets').split('/').at(-1) ?? '';
    expect(await control('queues')).toEqual({ [queue]: [] });
    const lambda = new LambdaClient({ region: 'us-east-1', endpoint: orchard.cloud.servicesUrl, credentials });
    const Payload = JSON.stringify({ kind: 'throw' });
    const FunctionName = orchard.cloud.physicalId('Trouble');
    await lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload }));
    lambda.destroy();
    await expect
      .poll(async () => asRecord(await control('queues'))[queue], { timeout: 10_000 })
      .toMatchObject([{ body: { kind: 'throw' } }]);
    expect(await alarm('Regretful')).toMatchObject({ state: 'ALARM', datapoints: [1] });

    expect(await control(`queues/${queue}`, 'DELETE')).toEqual({ purged: queue });
    clock.advance(MINUTE);
    expect(await alarm('Regretful')).toMatchObject({ state: 'OK', datapoints: [0] });
    expect(await control('queues/nobodys', 'DELETE')).toMatchObject({ error: 'There is no queue nobodys.' });
  });
});
