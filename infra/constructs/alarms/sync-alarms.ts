import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { alarmSpecifications } from './specifications.ts';
import type { AlarmThresholds } from './thresholds.ts';
import { ALARM_THRESHOLDS } from './thresholds.ts';
import type { AlarmSpecification, Watched } from './watched.ts';

export interface AlarmSettings {
  /**
   * Where alarms are told of. One of yours must let CloudWatch publish, and so must its key: see docs/construct.md.
   * @default - a new topic, which somebody has to subscribe to
   */
  readonly topic?: ITopic;
  /** @default - those of `ALARM_THRESHOLDS` */
  readonly thresholds?: Partial<AlarmThresholds>;
  /**
   * Put before the section in each alarm's description.
   * @default 'docs/runbook.md'
   */
  readonly runbookUrl?: string;
}

export interface SyncAlarmsProps extends Omit<Watched, 'thresholds'> {
  readonly settings: AlarmSettings;
  /** Put before the alarms' names: names are unique in an account and region. */
  readonly namePrefix: string;
}

const SILENCE = {
  fine: TreatMissingData.NOT_BREACHING,
  bad: TreatMissingData.BREACHING,
  same: TreatMissingData.IGNORE,
} as const;

const COMPARISON = {
  above: ComparisonOperator.GREATER_THAN_THRESHOLD,
  below: ComparisonOperator.LESS_THAN_THRESHOLD,
} as const;

/** The alarms, and the one topic that is told when they ring and when they stop. */
export class SyncAlarms extends Construct {
  readonly topic: ITopic;
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, { settings, namePrefix, ...watched }: SyncAlarmsProps) {
    super(scope, id);
    this.topic = settings.topic ?? this.#ownTopic();
    const thresholds = { ...ALARM_THRESHOLDS, ...settings.thresholds };
    const runbook = settings.runbookUrl ?? 'docs/runbook.md';
    this.alarms = alarmSpecifications({ ...watched, thresholds }).map((specification) =>
      this.#alarm(specification, `${namePrefix}${specification.id}`, runbook),
    );
  }

  /** @param ids of alarms that every mirror has */
  named(ids: readonly string[]): readonly Alarm[] {
    return this.alarms.filter(({ node }) => ids.includes(node.id));
  }

  /**
   * A topic that has a policy loses the one by which SNS lets CloudWatch publish, and `enforceSSL` makes a policy: without a
   * statement for CloudWatch no alarm would reach anybody. For all alarms of the account, so that yours may tell it, too.
   */
  #ownTopic(): Topic {
    const topic = new Topic(this, 'Topic', { enforceSSL: true });
    const stack = Stack.of(this);
    const alarms = {
      service: 'cloudwatch',
      resource: 'alarm',
      resourceName: '*',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    };
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': stack.account },
          ArnLike: { 'aws:SourceArn': stack.formatArn(alarms) },
        },
      }),
    );
    return topic;
  }

  #alarm(specification: AlarmSpecification, alarmName: string, runbook: string): Alarm {
    const { id, impact, section, metric, comparison, threshold, periods = 1, bad = periods, silence } = specification;
    const alarm = new Alarm(this, id, {
      alarmName,
      alarmDescription: `${impact} What to do: ${runbook}#${section}`,
      metric,
      comparisonOperator: COMPARISON[comparison],
      threshold,
      evaluationPeriods: periods,
      datapointsToAlarm: bad,
      treatMissingData: SILENCE[silence],
    });
    const action = new SnsAction(this.topic);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    return alarm;
  }
}

/** Where a mirror is, as a name can have it: `clerk-sync-production-Sync-`. @param metricsStack stack and path in it */
export function alarmNamePrefix(metricsStack: string): string {
  return `${metricsStack.replaceAll('/', '-')}-`;
}
