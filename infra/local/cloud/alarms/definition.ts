import { asNumber, asText, texts } from '../json.ts';
import { ExpressionError } from '../metrics/expression.ts';
import { periodOf, readDimensions, readQueries } from '../metrics/query.ts';
import type { Query } from '../metrics/query.ts';
import type { Resource, Stack } from '../template/stack.ts';

/** An `AWS::CloudWatch::Alarm`. */
export interface AlarmDefinition {
  readonly name: string;
  readonly description: string;
  readonly queries: readonly Query[];
  /** The one that is compared with the threshold. */
  readonly watched: Query;
  readonly periodMs: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly comparison: Comparison;
  readonly threshold: number;
  readonly missingData: MissingData;
  /** ARNs that are told when the alarm enters a state. */
  readonly actions: Readonly<Record<AlarmState, readonly string[]>>;
}

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
export type MissingData = 'missing' | 'ignore' | 'breaching' | 'notBreaching';
export type Comparison = (typeof COMPARISONS)[number];

const COMPARISONS = [
  'GreaterThanOrEqualToThreshold',
  'GreaterThanThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
] as const;
const MISSING_DATA: readonly MissingData[] = ['missing', 'ignore', 'breaching', 'notBreaching'];

/** An alarm of the template that is not evaluated here, and why. */
export interface IgnoredAlarm {
  readonly logicalId: string;
  readonly reason: string;
}

/** Reads every alarm of the stack. */
export function alarmDefinitions(stack: Stack): { alarms: AlarmDefinition[]; ignored: IgnoredAlarm[] } {
  const alarms: AlarmDefinition[] = [];
  const ignored: IgnoredAlarm[] = [];
  for (const resource of stack.ofType('AWS::CloudWatch::Alarm')) {
    try {
      alarms.push(definitionOf(resource));
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      ignored.push({ logicalId: resource.logicalId, reason: error.message });
    }
  }
  return { alarms, ignored };
}

function definitionOf(resource: Resource): AlarmDefinition {
  const queries = queriesOf(resource);
  const watched = queries.find(({ returnsData }) => returnsData);
  const comparison = COMPARISONS.find((known) => known === resource.property('ComparisonOperator'));
  if (watched === undefined) throw new ExpressionError('none of its metrics is to be compared with the threshold.');
  if (comparison === undefined) throw new ExpressionError('it compares with more than a threshold.');
  const evaluationPeriods = asNumber(resource.property('EvaluationPeriods')) ?? 1;
  const isSilent = resource.property('ActionsEnabled') === false;
  const told = (property: string): readonly string[] => (isSilent ? [] : texts(resource.property(property)));
  return {
    name: asText(resource.property('AlarmName')) ?? resource.logicalId,
    description: asText(resource.property('AlarmDescription')) ?? '',
    queries,
    watched,
    periodMs: periodOf(queries, watched),
    evaluationPeriods,
    datapointsToAlarm: asNumber(resource.property('DatapointsToAlarm')) ?? evaluationPeriods,
    comparison,
    threshold: asNumber(resource.property('Threshold')) ?? 0,
    missingData: MISSING_DATA.find((known) => known === resource.property('TreatMissingData')) ?? 'missing',
    actions: {
      ALARM: told('AlarmActions'),
      OK: told('OKActions'),
      INSUFFICIENT_DATA: told('InsufficientDataActions'),
    },
  };
}

/** An alarm on one metric names it itself; one on an expression lists its queries. */
function queriesOf(resource: Resource): Query[] {
  const listed = readQueries(resource.property('Metrics'));
  if (listed.length > 0) return listed;
  const name = asText(resource.property('MetricName')) ?? '';
  return [
    {
      id: 'metric',
      label: name,
      returnsData: true,
      kind: 'metric',
      periodMs: (asNumber(resource.property('Period')) ?? 60) * 1000,
      metric: {
        namespace: asText(resource.property('Namespace')) ?? '',
        name,
        dimensions: readDimensions(resource.property('Dimensions')),
        statistic: asText(resource.property('ExtendedStatistic')) ?? asText(resource.property('Statistic')) ?? '',
      },
    },
  ];
}
