import { globSync, readFileSync } from 'node:fs';
import { Template } from 'aws-cdk-lib/assertions';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { METRIC_PATHS, METRICS } from '../../shared/names/metrics.ts';
import { addSecondInstance, newStack, ofType, only, readResources, resourcesOf, target } from './stack.ts';
import type { Resource } from './stack.ts';

interface Query {
  readonly Id: string;
  readonly Expression?: string;
  readonly MetricStat?: { readonly Metric: Metric; readonly Period: number };
}
interface Metric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: unknown }[];
}

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const alarmsOf = (resources: readonly Resource[]): readonly Resource[] => ofType(resources, 'AWS::CloudWatch::Alarm');
const nameOf = (alarm: Resource): string => String(alarm.Properties['AlarmName']).replace(/^.*-/, '');
const queriesOf = (alarm: Resource): readonly Query[] => (alarm.Properties['Metrics'] ?? []) as readonly Query[];

/** Every metric that an alarm looks at. */
function metricsOf(alarm: Resource): readonly Metric[] {
  const own = alarm.Properties as unknown as Metric;
  return own.MetricName === undefined
    ? queriesOf(alarm).flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : []))
    : [own];
}

/** What the policies of a topic say. */
function statementsOnTopic(resources: readonly Resource[], topic: string): readonly { readonly Effect: string }[] {
  return ofType(resources, 'AWS::SNS::TopicPolicy')
    .filter(({ Properties }) => (Properties['Topics'] as readonly unknown[]).map(target).includes(topic))
    .flatMap(
      ({ Properties }) => (Properties['PolicyDocument'] as { Statement: readonly { Effect: string }[] }).Statement,
    );
}

describe('the alarms', () => {
  const resources = resourcesOf();
  const alarms = alarmsOf(resources);

  it('are these, in production', () => {
    expect(alarms.map(nameOf).toSorted()).toEqual([
      'ApiErrors',
      'AuthorizerSlow',
      'AuthorizerThrottled',
      'AutoSyncs',
      'ChangesGivenUp',
      'ChangesLate',
      'CountDiscrepancy',
      'DeletionsHeld',
      'DriftWithoutWebhooks',
      'NoFullRun',
      'QuarantineNotEmpty',
      'ReconcileFailed',
      'RunsGivenUp',
      'SyncFailures',
      'SyncLag',
      'WebhookFailures',
    ]);
  });

  it('ring for one topic, and tell it when they stop; nobody listens in on it unencrypted', () => {
    const topic = only(resources, 'AWS::SNS::Topic').logicalId;
    for (const { Properties } of alarms) {
      expect((Properties['AlarmActions'] as unknown[]).map(target)).toEqual([topic]);
      expect((Properties['OKActions'] as unknown[]).map(target)).toEqual([topic]);
    }
    expect(JSON.stringify(only(resources, 'AWS::SNS::TopicPolicy').Properties)).toContain('aws:SecureTransport');
  });

  it('reach that topic: its policy takes the place of the one by which SNS lets CloudWatch in, and lets it in itself', () => {
    const stack = newStack();
    addSecondInstance(stack);
    const both = readResources(stack);
    const topics = alarmsOf(both).flatMap(({ Properties }) => (Properties['AlarmActions'] as unknown[]).map(target));
    expect(new Set(topics).size).toBe(2);
    for (const topic of topics) {
      const allowed = statementsOnTopic(both, topic).filter(({ Effect }) => Effect === 'Allow');
      expect(allowed).toEqual([
        {
          Sid: 'AlarmsOfThisAccount',
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Action: 'sns:Publish',
          Resource: { Ref: topic },
          Condition: {
            StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
            ArnLike: {
              'aws:SourceArn': {
                'Fn::Join': [
                  '',
                  [
                    'arn:',
                    { Ref: 'AWS::Partition' },
                    ':cloudwatch:',
                    { Ref: 'AWS::Region' },
                    ':',
                    { Ref: 'AWS::AccountId' },
                    ':alarm:*',
                  ],
                ],
              },
            },
          },
        },
      ]);
    }
  });

  it('ring for a topic that there is already', () => {
    const stack = newStack();
    const topic = new Topic(stack, 'OnCall');
    const { alarmTopic } = addSecondInstance(stack, 'second-', { alarms: { topic } });
    expect(alarmTopic).toBe(topic);
  });

  it('reach a topic of yours, encrypted by a key of yours, by the one line that docs/construct.md has', () => {
    const stack = newStack({ alarms: 'off' });
    const topic = new Topic(stack, 'OnCall', { enforceSSL: true, masterKey: new Key(stack, 'OnCallKey') });
    topic.grantPublish(new ServicePrincipal('cloudwatch.amazonaws.com'));
    addSecondInstance(stack, 'second-', { alarms: { topic } });
    const resources = readResources(stack);
    const Principal = { Service: 'cloudwatch.amazonaws.com' };
    expect(statementsOnTopic(resources, only(resources, 'AWS::SNS::Topic').logicalId)).toContainEqual(
      expect.objectContaining({ Effect: 'Allow', Principal, Action: 'sns:Publish' }),
    );
    expect(only(resources, 'AWS::KMS::Key').Properties['KeyPolicy']).toMatchObject({
      Statement: [{}, { Effect: 'Allow', Principal, Action: ['kms:Decrypt', 'kms:GenerateDataKey*'] }],
    });
  });

  it('say who is hurt and which section of the runbook helps, and there is such a section', () => {
    const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
    const sections = runbook.match(/^## .*$/gm)?.map(anchorOf) ?? [];
    const told = alarms.map((alarm) => {
      const description = String(alarm.Properties['AlarmDescription']);
      const [, anchor = description] = /^.{20,} What to do: docs\/runbook\.md#([a-z0-9-]+)$/.exec(description) ?? [];
      return anchor;
    });
    expect(told.filter((anchor) => !sections.includes(anchor))).toEqual([]);
  });

  it('look at metrics that something emits, with the dimensions it emits them with', () => {
    const own = alarms.flatMap(metricsOf).filter(({ Namespace }) => Namespace === 'ClerkSync');
    expect(own.length).toBeGreaterThan(10);
    for (const { MetricName, Dimensions } of own) {
      const declared = METRICS[MetricName as keyof typeof METRICS];
      const names = Dimensions.map(({ Name }) => Name).toSorted();
      const all = ['Stack', ...declared.dimensions].toSorted();
      expect([all, 'total' in declared ? ['Stack'] : all]).toContainEqual(names);
    }
  });

  it('keep what CloudWatch allows: ten metrics an alarm, and no more periods than a week for hours', () => {
    const tooMuch = alarms.filter((alarm) => {
      const period = Number(alarm.Properties['Period'] ?? queriesOf(alarm)[1]?.MetricStat?.Period);
      const span = period * Number(alarm.Properties['EvaluationPeriods']);
      return metricsOf(alarm).length > 10 || !(span <= (period >= 3_600 ? 7 * 86_400 : 86_400));
    });
    expect(tooMuch.map(nameOf)).toEqual([]);
  });

  it('do not miss a nightly run where there is none', () => {
    expect(alarmsOf(resourcesOf({ stage: 'development' })).map(nameOf)).not.toContain('NoFullRun');
    expect(alarmsOf(resourcesOf({ schedules: { full: 'off' } })).map(nameOf)).not.toContain('NoFullRun');
    expect(alarmsOf(resourcesOf({ stage: 'staging' })).map(nameOf)).toContain('NoFullRun');
  });

  it('ring from thresholds of one’s own, and link a runbook of one’s own', () => {
    const settings = { thresholds: { autoSyncs: 7, fullRunHours: 8 }, runbookUrl: 'https://wiki.example.com/users' };
    const changed = alarmsOf(resourcesOf({ alarms: settings }));
    const named = (name: string): Resource['Properties'] =>
      changed.find((alarm) => nameOf(alarm) === name)?.Properties ?? {};
    expect(named('AutoSyncs')).toMatchObject({ Threshold: 7 });
    expect(named('NoFullRun')).toMatchObject({ EvaluationPeriods: 8 });
    expect(named('SyncLag')['AlarmDescription']).toContain('https://wiki.example.com/users#webhooks-are-late');
  });

  it.each([
    [{ autoSyncs: -1 }, /alarms\.thresholds\.autoSyncs is -1/],
    [{ fullRunHours: 200 }, /alarms\.thresholds\.fullRunHours is 200/],
    [{ fullRunHours: 1.5 }, /alarms\.thresholds\.fullRunHours is 1\.5/],
    [{ syncFailurePercent: Number.NaN }, /alarms\.thresholds\.syncFailurePercent is NaN/],
  ])('refuse %j', (thresholds, message) => {
    expect(() => resourcesOf({ alarms: { thresholds } })).toThrow(message);
  });

  it('can be left out', () => {
    const off = resourcesOf({ alarms: 'off' });
    expect(alarmsOf(off)).toEqual([]);
    expect(ofType(off, 'AWS::SNS::Topic')).toEqual([]);
  });

  it('of two mirrors in one stack have names and metrics of their own', () => {
    const stack = newStack();
    addSecondInstance(stack);
    const both = alarmsOf(readResources(stack));
    const names = both.map(({ Properties }) => Properties['AlarmName']);
    expect(new Set(names).size).toBe(names.length);
    const stacks = both
      .flatMap(metricsOf)
      .flatMap(({ Dimensions }) => Dimensions.filter(({ Name }) => Name === 'Stack'));
    expect(new Set(stacks.map(({ Value }) => Value))).toEqual(
      new Set(['clerk-sync-test/Sync', 'clerk-sync-test/Second']),
    );
  });
});

describe('the runbook', () => {
  const runbook = read('docs/runbook.md');
  const rows = [...runbook.matchAll(/^\| `([A-Z]\w+)` +\|.*\| ([^|]*)\|$/gm)].map(([, name = '', with_ = '']) => {
    return [name, [...with_.matchAll(/`([A-Z]\w+)`/g)].map(([, other = '']) => other)] as const;
  });
  const consequences = new Map(rows);
  const names = alarmsOf(resourcesOf()).map(nameOf);
  const tests = globSync('test/e2e/alarms-*.test.ts', { cwd: root })
    .flatMap((path) =>
      read(path)
        .split(/^it\('/m)
        .slice(1),
    )
    .map((text) => [/^\w+/.exec(text)?.[0] ?? '', text] as const);

  it('has a row for every alarm, and for no other', () => {
    expect([...consequences.keys()].toSorted()).toEqual(names.toSorted());
    expect([...consequences.values()].flat().filter((name) => !names.includes(name))).toEqual([]);
  });

  it.each(names)('%s is made to ring by a real fault, with no other alarm than those that its row lists', (name) => {
    const texts = tests.filter(([title]) => title === name).map(([, text]) => text);
    expect(texts).toHaveLength(1);
    const [text = ''] = texts;
    expect(text).toMatch(/rung\(\)|ringing\(\)/);
    const seen = new Set([...text.matchAll(/'([A-Z]\w+)'/g)].map(([, word = '']) => word));
    expect([...seen].filter((other) => names.includes(other) && other !== name)).toEqual(
      expect.toSatisfy((others: string[]) => others.every((other) => consequences.get(name)?.includes(other))),
    );
  });

  it('says what the alarms cost', () => {
    const metrics = alarmsOf(resourcesOf()).reduce((sum, alarm) => sum + metricsOf(alarm).length, 0);
    expect(runbook).toContain(`$${(metrics * 0.1).toFixed(2)} in all`);
    expect(read('docs/cost.md')).toContain(`The **alarms**: $${(metrics * 0.1).toFixed(2)} a month`);
  });
});

describe('the metrics', () => {
  const sources = globSync(['functions/**/*.ts', 'shared/**/*.ts'], { cwd: root })
    .filter((path) => !path.startsWith('shared/names/'))
    .map((path) => readFileSync(new URL(path, root), 'utf8'))
    .join('');

  it('are all recorded somewhere: an alarm on one that nothing emits would be silent for ever', () => {
    // The name that is given to `record`, or the choice of it; and the table of one for each outcome.
    const given = [...sources.matchAll(/\.record\(([^,]*),/g)].map(([, names]) => names);
    const table = /METRIC_OF_OUTCOME: Record<[^=]*= \{([^}]*)\}/.exec(sources)?.[1];
    const recorded = [...given, table].flatMap((names = '') => [...names.matchAll(/'(\w+)'/g)].map(([, name]) => name));
    expect(Object.keys(METRICS).filter((name) => !recorded.includes(name))).toEqual([]);
  });
});

describe('the dashboard', () => {
  const stack = newStack();
  const resources = readResources(stack);
  const body = JSON.stringify(only(resources, 'AWS::CloudWatch::Dashboard').Properties['DashboardBody']);

  it('or an alarm shows every metric that is emitted: what nobody looks at need not be paid for', () => {
    const alarmed = new Set(
      alarmsOf(resources)
        .flatMap(metricsOf)
        .map(({ MetricName }) => MetricName),
    );
    const unseen = Object.keys(METRICS).filter((name) => !alarmed.has(name) && !body.includes(`\\"${name}\\"`));
    expect(unseen).toEqual([]);
  });

  it('shows no metric of ours that nothing emits', () => {
    const shown = [...body.matchAll(/\\"ClerkSync\\",\\"(\w+)\\"/g)].map(([, name]) => name ?? '');
    expect(shown.length).toBeGreaterThan(20);
    expect(shown.filter((name) => !Object.hasOwn(METRICS, name))).toEqual([]);
  });

  it('shows what the one on call asks first', () => {
    const { widgets } = JSON.parse(bodyOf(resources)) as {
      widgets: { properties: { title?: string; metrics?: unknown } }[];
    };
    const titles = widgets.map(({ properties }) => properties.title).filter((title) => title !== undefined);
    expect(titles).toEqual([
      'When a run last compared them',
      ...METRIC_PATHS.map((path) => `Outcomes: ${path}`),
      "From Clerk's change to the table, ms",
      'Failures, percent',
      'Turned away',
      'Webhooks',
      'Fetched by requests, and names in conflict',
      'Full runs, ms',
      'Drift',
      'Lambda: errors and throttles',
      'Lambda: p99 duration, ms',
      'API',
      'Table: units consumed',
      'Table: throttled',
      'Table: p99 latency, ms',
    ]);
    const lag = JSON.stringify(widgets.find(({ properties }) => properties.title?.startsWith('From Clerk')));
    for (const line of ['webhook p50', 'webhook p99', 'reconciler p50', 'reconciler p99']) expect(lag).toContain(line);
    expect(JSON.stringify(widgets)).toContain('ReadThrottleEvents');
  });

  it('stands in every stage', () => {
    for (const stage of ['development', 'staging', 'production'] as const) {
      expect(() => Template.fromStack(newStack({ stage })).hasResource('AWS::CloudWatch::Dashboard', {})).not.toThrow();
    }
  });
});

/** The dashboard as CloudWatch gets it, with a word in place of each reference. */
function bodyOf(resources: readonly Resource[]): string {
  const body = only(resources, 'AWS::CloudWatch::Dashboard').Properties['DashboardBody'] as {
    'Fn::Join': [string, unknown[]];
  };
  return body['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : 'reference')).join('');
}

/** As GitHub makes them of headings. */
function anchorOf(heading: string): string {
  return heading
    .replace(/^## /, '')
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}
