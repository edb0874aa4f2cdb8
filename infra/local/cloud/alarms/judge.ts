import type { AlarmDefinition, AlarmState, Comparison } from './definition.ts';

type Rule = Pick<
  AlarmDefinition,
  'comparison' | 'threshold' | 'missingData' | 'datapointsToAlarm' | 'evaluationPeriods'
>;

/**
 * The state that an alarm enters by its latest data points.
 *
 * @param datapoints oldest first, undefined where there are no data; as many as the alarm has evaluation periods
 * @param before the state it is in
 */
export function judgeAlarm(rule: Rule, datapoints: readonly (number | undefined)[], before: AlarmState): AlarmState {
  const verdicts = datapoints.map((value) => verdictOf(value, rule));
  const breaching = verdicts.filter((verdict) => verdict === 'breaching').length;
  if (breaching >= rule.datapointsToAlarm) return 'ALARM';
  const isSilent = verdicts.every((verdict) => verdict === 'missing');
  if (!isSilent) return 'OK';
  return rule.missingData === 'ignore' ? before : 'INSUFFICIENT_DATA';
}

function verdictOf(value: number | undefined, rule: Rule): 'breaching' | 'fine' | 'missing' {
  if (value !== undefined) return breaches(value, rule.comparison, rule.threshold) ? 'breaching' : 'fine';
  if (rule.missingData === 'breaching') return 'breaching';
  return rule.missingData === 'notBreaching' ? 'fine' : 'missing';
}

function breaches(value: number, comparison: Comparison, threshold: number): boolean {
  switch (comparison) {
    case 'GreaterThanOrEqualToThreshold':
      return value >= threshold;
    case 'GreaterThanThreshold':
      return value > threshold;
    case 'LessThanThreshold':
      return value < threshold;
    case 'LessThanOrEqualToThreshold':
      return value <= threshold;
    default:
      return comparison satisfies never;
  }
}
