import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { SyncDashboard } from './alarms/dashboard.ts';
import type { MirrorTable } from './user-table.ts';
import { Measures } from './alarms/measures.ts';
import { alarmNamePrefix, SyncAlarms } from './alarms/sync-alarms.ts';
import { Canary } from './canary.ts';
import type { Released } from './canary.ts';
import type { ChangeStream } from './change-stream.ts';
import type { ClerkUserSyncProps } from './clerk-user-sync-props.ts';
import type { SyncFunctions } from './functions.ts';
import type { StageDefaults } from './stage.ts';

/** A mirror that has been made but for those who watch it. */
export interface Unwatched {
  readonly props: ClerkUserSyncProps;
  readonly settings: StageDefaults;
  readonly functions: SyncFunctions;
  readonly changeStream: ChangeStream;
  readonly hasFullRuns: boolean;
  readonly api: HttpApi;
  readonly table: MirrorTable;
  /** The value of the metrics' `Stack` dimension. */
  readonly name: string;
}

/** Those that ring when a version of the authorizer is bad, and of which no other part of the mirror is the likely cause. */
const OF_AUTHORIZERS = ['SyncFailures', 'ApiErrors', 'AuthorizerThrottled', 'AuthorizerSlow'];

/**
 * Adds dashboard and alarms, and what the alarms hold up: new versions of the authorizers.
 * @returns the topic that alarms are told to
 */
export function watch(scope: Construct, mirror: Unwatched): ITopic | undefined {
  const { props, functions, changeStream, hasFullRuns, api, table, name } = mirror;
  const released = releasedOf(functions);
  const { webhook, users, changes } = functions.all;
  const watched = {
    measures: new Measures(name),
    api,
    authorizers: released.map(({ lambda }) => lambda),
    webhook,
    users,
    streamFunctions: [changes],
    streamFailures: changeStream.failures,
    reconcilerFailures: functions.reconciler.failures,
    hasFullRuns,
  };
  const namePrefix = alarmNamePrefix(name);
  const [, ...variants] = watched.authorizers;
  const all = [...Object.values(functions.all), ...variants, ...(functions.admin ? [functions.admin] : [])];
  new SyncDashboard(scope, 'Dashboard', { ...watched, name: `${namePrefix}dashboard`, functions: all, table });
  const { alarms: settings = {} } = props;
  const sync = settings === 'off' ? undefined : new SyncAlarms(scope, 'Alarms', { ...watched, settings, namePrefix });
  releaseByAndBy(scope, mirror, sync?.named(OF_AUTHORIZERS) ?? []);
  return sync?.topic;
}

function releaseByAndBy(scope: Construct, { props, settings, functions }: Unwatched, own: readonly IAlarm[]): void {
  // Steps are for alarms to ring in: where there are none, nothing but time would come of them.
  const deployment = props.deployment ?? (settings.canary && own.length > 0 ? {} : 'at-once');
  if (deployment === 'at-once') return;
  const { config, alarms = [] } = deployment;
  new Canary(scope, 'Canary', { released: releasedOf(functions), config, alarms: [...own, ...alarms] });
}

function releasedOf({ authorizers: { syncing, verifyOnly, optional } }: SyncFunctions): readonly Released[] {
  return [syncing, verifyOnly, ...(optional ? [optional] : [])];
}
