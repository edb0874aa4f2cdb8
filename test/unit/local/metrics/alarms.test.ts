import { describe, expect, it } from 'vitest';
import { Alarms } from '../../../../infra/local/cloud/alarms/alarms.ts';
import type { AlarmDefinition, AlarmState } from '../../../../infra/local/cloud/alarms/definition.ts';
import { judgeAlarm } from '../../../../infra/local/cloud/alarms/judge.ts';
import { readQueries } from '../../../../infra/local/cloud/metrics/query.ts';
import { MetricStore, pointOf } from '../../../../infra/local/cloud/services/metric-store.ts';
import { createLocalClock } from '../../../../infra/local/clock.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);

const rule = {
  comparison: 'GreaterThanThreshold',
  threshold: 5,
  evaluationPeriods: 3,
  datapointsToAlarm: 2,
  missingData: 'missing',
} as const;

describe('an alarm is judged', () => {
  it.each<[string, (number | undefined)[], Partial<AlarmDefinition>, AlarmState]>([
    ['enough data points breach', [6, 1, 7], {}, 'ALARM'],
    ['too few breach', [6, 1, 5], {}, 'OK'],
    ['there are no data', [undefined, undefined, undefined], {}, 'INSUFFICIENT_DATA'],
    ['there are no data, which is fine', [undefined, undefined, undefined], { missingData: 'notBreaching' }, 'OK'],
    ['there are no data, which is not', [undefined, undefined, undefined], { missingData: 'breaching' }, 'ALARM'],
    ['there are no data, which says nothing', [undefined, undefined, undefined], { missingData: 'ignore' }, 'ALARM'],
    ['some are missing and one is fine', [undefined, 1, undefined], {}, 'OK'],
    ['the threshold itself is to breach', [5, 5, 5], { comparison: 'GreaterThanOrEqualToThreshold' }, 'ALARM'],
    ['too little breaches', [5, 6, 4], { comparison: 'LessThanThreshold' }, 'OK'],
    ['too little breaches often enough', [5, 4, 4], { comparison: 'LessThanOrEqualToThreshold' }, 'ALARM'],
  ])('when %s', (_when, datapoints, changes, state) => {
    expect(judgeAlarm({ ...rule, ...changes }, datapoints, 'ALARM')).toBe(state);
  });
});

function rateAlarm(): AlarmDefinition {
  const stat = (id: string, name: string): object => ({
    Id: id,
    ReturnData: false,
    MetricStat: { Metric: { Namespace: 'N', MetricName: name }, Period: 60, Stat: 'Sum' },
  });
  const queries = readQueries([
    { Id: 'rate', Expression: '100 * FILL(failed, 0) / all' },
    stat('failed', 'Failed'),
    stat('all', 'All'),
  ]);
  const [watched] = queries;
  if (!watched) throw new Error('There is no query.');
  const told = { ALARM: ['topic'], OK: ['topic'], INSUFFICIENT_DATA: [] };
  const facts = { name: 'rate', description: 'Somebody is hurt', periodMs: MINUTE, actions: told };
  return { ...rule, ...facts, evaluationPeriods: 1, datapointsToAlarm: 1, queries, watched };
}

describe('the alarms of a template', () => {
  function world(): { alarms: Alarms; emit: (name: string, value: number) => void; pass: (ms: number) => void } {
    const clock = createLocalClock(0, () => START);
    const metrics = new MetricStore();
    const problems: string[] = [];
    const alarms = new Alarms({ definitions: [rateAlarm()], metrics, clock, onProblem: (line) => problems.push(line) });
    alarms.close();
    return {
      alarms,
      emit: (name, value) =>
        metrics.add(pointOf({ namespace: 'N', name, dimensions: {}, unit: 'Count', at: clock.now() }, value)),
      pass: (ms) => clock.advance(ms),
    };
  }

  it('go to ALARM as soon as what they watch breaches, and back to OK, and say whom they have told', () => {
    const { alarms, emit, pass } = world();
    emit('All', 100);
    expect(alarms.views()).toMatchObject([{ name: 'rate', state: 'OK', datapoints: [0], threshold: 5 }]);
    emit('Failed', 6);
    expect(alarms.views()).toMatchObject([{ state: 'ALARM', datapoints: [6], since: START }]);
    pass(MINUTE);
    emit('All', 50);
    expect(alarms.views()).toMatchObject([{ state: 'OK', datapoints: [0], since: START + MINUTE }]);
    const [{ told } = { told: [] }] = alarms.views();
    expect(told.map(({ state }) => state)).toEqual(['OK', 'ALARM', 'OK']);
  });

  it('know nothing where nothing was emitted', () => {
    const { alarms, emit, pass } = world();
    expect(alarms.views()).toMatchObject([{ state: 'INSUFFICIENT_DATA', datapoints: [null] }]);
    emit('All', 1);
    pass(2 * MINUTE);
    expect(alarms.views()).toMatchObject([{ state: 'INSUFFICIENT_DATA', datapoints: [null] }]);
  });
});

describe('what is kept of metrics', () => {
  it('gives percentiles of single values, and none of mere statistics', () => {
    const clock = createLocalClock(0, () => START);
    const metrics = new MetricStore();
    const at = clock.now();
    const metric = { namespace: 'N', name: 'Took', dimensions: {}, unit: 'Milliseconds', at };
    for (let value = 1; value <= 200; value += 1) metrics.add(pointOf(metric, value));
    const p99: AlarmDefinition = { ...rateAlarm(), ...watching('p99'), threshold: 198 };
    const alarms = new Alarms({ definitions: [p99], metrics, clock, onProblem: () => undefined });
    alarms.close();
    expect(alarms.views()).toMatchObject([{ datapoints: [198], state: 'OK' }]);
    metrics.add({ ...metric, sum: 9, count: 1, min: 9, max: 9, values: undefined });
    expect(alarms.views()).toMatchObject([{ datapoints: [null], state: 'INSUFFICIENT_DATA' }]);
  });

  it('reads a gauge whenever alarms are looked at', () => {
    const clock = createLocalClock(0, () => START);
    const metrics = new MetricStore();
    let waiting = 0;
    metrics.addGauge({ namespace: 'N', name: 'Took', dimensions: {}, read: () => waiting });
    const definition = { ...rateAlarm(), ...watching('Maximum'), threshold: 0 };
    const alarms = new Alarms({ definitions: [definition], metrics, clock, onProblem: () => undefined });
    alarms.close();
    expect(alarms.views()).toMatchObject([{ state: 'OK' }]);
    waiting = 2;
    expect(alarms.views()).toMatchObject([{ state: 'ALARM', datapoints: [2] }]);
  });
});

function watching(statistic: string): Pick<AlarmDefinition, 'queries' | 'watched'> {
  const stat = { Metric: { Namespace: 'N', MetricName: 'Took' }, Period: 60, Stat: statistic };
  const queries = readQueries([{ Id: 'm', MetricStat: stat }]);
  const [watched] = queries;
  if (!watched) throw new Error('There is no query.');
  return { queries, watched };
}
