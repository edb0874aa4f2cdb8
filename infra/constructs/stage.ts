import { RemovalPolicy } from 'aws-cdk-lib';
import { SystemLogLevel } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { TimeZone } from 'aws-cdk-lib';

export const STAGES = ['development', 'staging', 'production'] as const;

/** How much a deployment is worth protecting. */
export type Stage = (typeof STAGES)[number];

/** What a stage decides unless a prop of the construct says otherwise. */
export interface StageDefaults {
  /** What becomes of table, secret and logs when the stack is deleted; all but `DESTROY` also protects the table. */
  readonly removalPolicy: RemovalPolicy;
  readonly logRetention: RetentionDays;
  /**
   * Level of Lambda's own lines. At `INFO` each invocation logs three (start, end, report), about 1 KB: at $0.50 a GB
   * (us-east-1) that is $0.50 per million requests, more than twice Lambda's own $0.20. Metrics tell the same in production.
   */
  readonly systemLogLevel: SystemLogLevel;
  /** When the full run starts; undefined where it is only started by hand. */
  readonly fullRun: ScheduleExpression | undefined;
  /** Whether a new version of the authorizers takes over by and by: a deployment then takes ten minutes longer. */
  readonly canary: boolean;
  /** When the incremental run starts; undefined likewise. */
  readonly incrementalRun: ScheduleExpression | undefined;
}

/** Every hour at half past: the full run of 02:00 is through with most tables by then. */
const HOURLY = ScheduleExpression.expression('cron(30 * * * ? *)', TimeZone.ETC_UTC);

export const STAGE_DEFAULTS: Readonly<Record<Stage, StageDefaults>> = {
  development: {
    removalPolicy: RemovalPolicy.DESTROY,
    logRetention: RetentionDays.ONE_WEEK,
    systemLogLevel: SystemLogLevel.INFO,
    canary: false,
    fullRun: undefined,
    incrementalRun: undefined,
  },
  staging: {
    removalPolicy: RemovalPolicy.DESTROY,
    logRetention: RetentionDays.ONE_MONTH,
    systemLogLevel: SystemLogLevel.INFO,
    canary: false,
    fullRun: ScheduleExpression.expression('rate(6 hours)'),
    incrementalRun: HOURLY,
  },
  production: {
    removalPolicy: RemovalPolicy.RETAIN,
    logRetention: RetentionDays.THREE_MONTHS,
    systemLogLevel: SystemLogLevel.WARN,
    canary: true,
    fullRun: ScheduleExpression.expression('cron(0 2 * * ? *)', TimeZone.ETC_UTC),
    incrementalRun: HOURLY,
  },
};

/** The stage's defaults under what the props say. */
export function resolveDefaults({
  stage = 'production',
  logRetention,
  removalPolicy,
}: {
  readonly stage?: Stage;
  readonly logRetention?: RetentionDays;
  readonly removalPolicy?: RemovalPolicy;
}): StageDefaults {
  return {
    ...STAGE_DEFAULTS[stage],
    ...(logRetention !== undefined && { logRetention }),
    ...(removalPolicy !== undefined && { removalPolicy }),
  };
}
