import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Measures } from './measures.ts';
import type { AlarmThresholds } from './thresholds.ts';

/** What there is to watch. */
export interface Watched {
  readonly measures: Measures;
  readonly thresholds: AlarmThresholds;
  readonly api: HttpApi;
  /** Every function that verifies tokens. */
  readonly authorizers: readonly Function[];
  readonly webhook: Function;
  readonly users: Function;
  /** Functions that the table's stream drives. */
  readonly streamFunctions: readonly Function[];
  readonly streamFailures: IQueue;
  readonly reconcilerFailures: IQueue;
  /** Whether a schedule starts full runs. */
  readonly hasFullRuns: boolean;
}

/** An alarm, as a person reads it. */
export interface AlarmSpecification {
  readonly id: string;
  /** Who is hurt, and how. */
  readonly impact: string;
  /** The section of the runbook. */
  readonly section: string;
  readonly metric: IMetric;
  readonly comparison: 'above' | 'below';
  readonly threshold: number;
  /** How many periods of the metric are looked at; 1 by default. */
  readonly periods?: number;
  /** How many of them must be bad; all by default. */
  readonly bad?: number;
  /** What no data mean: nothing is wrong, something is, or the last data still hold. */
  readonly silence: 'fine' | 'bad' | 'same';
}
