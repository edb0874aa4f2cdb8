import { Duration, Stack } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { HttpLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { EventBus } from 'aws-cdk-lib/aws-events';
import type { IEventBusRef } from 'aws-cdk-lib/aws-events';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { Measures } from './alarms/measures.ts';
import { SyncDashboard } from './alarms/dashboard.ts';
import { alarmNamePrefix, SyncAlarms } from './alarms/sync-alarms.ts';
import { createAuthorizers } from './authorizers.ts';
import type { AuthorizerFunctions, Authorizers } from './authorizers.ts';
import { bundlesFromSource } from './bundle.ts';
import type { FunctionName } from './bundle.ts';
import { ChangeStream } from './change-stream.ts';
import { ClerkSecret } from './clerk-secret.ts';
import type { ReadableSecret } from './clerk-secret.ts';
import type { ClerkUserSyncProps } from './clerk-user-sync-props.ts';
import { SyncFunctions } from './functions.ts';
import { Health } from './health.ts';
import { ReconcileSchedule } from './reconcile-schedule.ts';
import { STAGE_DEFAULTS } from './stage.ts';
import type { StageDefaults } from './stage.ts';
import { SyncApi } from './sync-api.ts';
import { UserTable } from './user-table.ts';
import { validateProps } from './validate-props.ts';
import { wireAdmin } from './wire-admin.ts';
import { wireFunctions, wireVariants } from './wire-functions.ts';

/**
 * An exact, current mirror of every user of one Clerk instance: the table, the functions that keep it, the HTTP API with
 * its syncing authorizer, and the schedules of its runs.
 *
 * After the first deployment, put Clerk's keys into `secret` and point a webhook endpoint of Clerk at `webhookUrl`.
 * @throws SettingError when a prop cannot work, with its name and what to set
 */
export class ClerkUserSync extends Construct {
  readonly table: UserTable;
  readonly secret: ReadableSecret;
  readonly functions: Readonly<Record<FunctionName, Function>>;
  readonly api: HttpApi;
  /** For routes of your own on `api`: the functions behind it are given the mirrored user. */
  readonly authorizer: HttpLambdaAuthorizer;
  /** As `authorizer`, but never cached, and it leaves the mirror as it is: for routes that do the syncing themselves. */
  readonly verifyOnlyAuthorizer: HttpLambdaAuthorizer;
  /** For public routes: with the prop `optionalAuthorizer`, whose routes get the user of whoever is signed in. */
  readonly optionalAuthorizer: HttpLambdaAuthorizer | undefined;
  /** The functions behind these: to make authorizers for a REST API, TOKEN or REQUEST, which they answer, too. */
  readonly authorizerFunctions: AuthorizerFunctions;
  readonly webhookUrl: string;
  /** Answers the administrative routes; there with the prop `admin` only. */
  readonly admin: Function | undefined;
  /** Answers the health routes; there with the prop `health` only. */
  readonly health: Function | undefined;
  /** Tells of every user who is created, updated, deleted or restored: for rules of your own. See docs/events.md. */
  readonly bus: IEventBusRef;
  /** Where alarms are told of; undefined where there are none. */
  readonly alarmTopic: ITopic | undefined;

  constructor(scope: Construct, id: string, props: ClerkUserSyncProps) {
    super(scope, id);
    validateProps(props);
    const settings = resolveSettings(props);
    const { logRetention, systemLogLevel, removalPolicy } = settings;
    this.table = new UserTable(this, 'Table', { removalPolicy });
    this.secret = props.secret ?? new ClerkSecret(this, 'Secret', { removalPolicy });
    const functions = new SyncFunctions(this, 'Functions', {
      logs: { logRetention, systemLogLevel, removalPolicy },
      bundles: props.bundles,
      authorizerConcurrency: props.authorizerConcurrency,
      optionalAuthorizer: props.optionalAuthorizer ?? false,
      admin: props.admin ?? false,
    });
    this.functions = functions.all;
    this.authorizerFunctions = functions.authorizers;
    this.bus = props.eventBus ?? new EventBus(this, 'Bus', { description: 'Changes of the users that Clerk has' });
    this.#wire(props, functions);
    const changeStream = new ChangeStream(this, 'ChangeStream', { table: this.table, lambda: functions.all.changes });
    const authorizers = this.#authorizers(props);
    this.authorizer = authorizers.syncing;
    this.verifyOnlyAuthorizer = authorizers.verifyOnly;
    this.optionalAuthorizer = authorizers.optional;
    this.health = this.#health(props, settings);
    this.admin = functions.admin;
    const api = this.#api(props, settings, authorizers);
    this.api = api.http;
    this.webhookUrl = api.webhookUrl;
    const hasFullRuns = this.#schedule(props, settings, functions);
    this.alarmTopic = this.#watch(props, functions, changeStream, hasFullRuns);
  }

  #wire(props: ClerkUserSyncProps, functions: SyncFunctions): void {
    const { table, secret, bus } = this;
    const wiring = { props, table, secret, bus, metricsStack: this.#metricsStack() };
    wireFunctions(functions.all, wiring);
    wireVariants(functions.authorizers, wiring);
    if (functions.admin) wireAdmin(functions.admin, functions.reconciler.alias, wiring);
  }

  #authorizers({ tokenFrom = 'header', authorizerCacheTtl }: ClerkUserSyncProps): Authorizers {
    const cacheTtl = authorizerCacheTtl ?? Duration.seconds(tokenFrom === 'both' ? 0 : 30);
    return createAuthorizers(this.authorizerFunctions, { tokenFrom, cacheTtl });
  }

  #health(
    { health = false, bundles = bundlesFromSource() }: ClerkUserSyncProps,
    logs: StageDefaults,
  ): Function | undefined {
    if (!health) return undefined;
    const { logRetention, systemLogLevel, removalPolicy } = logs;
    const { syncing, verifyOnly, optional } = this.authorizerFunctions;
    const { webhook, users } = this.functions;
    return new Health(this, 'Health', {
      logs: { logRetention, systemLogLevel, removalPolicy },
      code: bundles('health'),
      metricsStack: this.#metricsStack(),
      syncing: [syncing, verifyOnly, ...(optional ? [optional] : []), webhook, users],
    }).lambda;
  }

  #api(props: ClerkUserSyncProps, settings: StageDefaults, authorizers: Authorizers): SyncApi {
    return new SyncApi(this, 'Api', {
      accessLog: props.accessLog ?? false,
      logRetention: settings.logRetention,
      removalPolicy: settings.removalPolicy,
      functions: this.functions,
      admin: this.admin,
      authorizers,
      throttle: props.throttle ?? { rateLimit: 1000, burstLimit: 2000 },
      webhookThrottle: props.webhookThrottle ?? { rateLimit: 500, burstLimit: 1000 },
      health: this.health,
      healthThrottle: props.healthThrottle ?? { rateLimit: 10, burstLimit: 20 },
      syncThrottle: props.syncThrottle ?? { rateLimit: 25, burstLimit: 50 },
      patchThrottle: props.patchThrottle ?? { rateLimit: 50, burstLimit: 100 },
      cors: props.cors,
    });
  }

  /** @returns whether a schedule starts full runs */
  #schedule(props: ClerkUserSyncProps, settings: StageDefaults, functions: SyncFunctions): boolean {
    const full = onTime(props.schedules?.full ?? settings.fullRun);
    const incremental = onTime(props.schedules?.incremental ?? settings.incrementalRun);
    if (!full && !incremental) return false;
    const { alias: target, failures } = functions.reconciler;
    const namePrefix = props.scheduleNamePrefix ?? '';
    new ReconcileSchedule(this, 'Schedule', { namePrefix, full, incremental, target, failures });
    return full !== undefined;
  }

  /** @returns the topic that alarms are told to */
  #watch(
    { alarms: settings = {} }: ClerkUserSyncProps,
    functions: SyncFunctions,
    changeStream: ChangeStream,
    hasFullRuns: boolean,
  ): ITopic | undefined {
    const { syncing, verifyOnly, optional } = functions.authorizers;
    const { webhook, users, changes } = functions.all;
    const watched = {
      measures: new Measures(this.#metricsStack()),
      api: this.api,
      authorizers: [syncing, verifyOnly, ...(optional ? [optional] : [])],
      webhook,
      users,
      streamFunctions: [changes],
      streamFailures: changeStream.failures,
      reconcilerFailures: functions.reconciler.failures,
      hasFullRuns,
    };
    const namePrefix = alarmNamePrefix(this.#metricsStack());
    const { table } = this;
    const optionals = [optional, functions.admin].filter((lambda) => lambda !== undefined);
    const all = [...Object.values(functions.all), verifyOnly, ...optionals];
    new SyncDashboard(this, 'Dashboard', { ...watched, name: `${namePrefix}dashboard`, functions: all, table });
    return settings === 'off' ? undefined : new SyncAlarms(this, 'Alarms', { ...watched, settings, namePrefix }).topic;
  }

  /** The value of the metrics' `Stack` dimension: stack and path in it, so that several instances never blend. */
  #metricsStack(): string {
    const stack = Stack.of(this);
    const below = this.node.path.slice(stack.node.path.length + 1);
    return `${stack.stackName}/${below}`;
  }
}

function onTime(expression: ScheduleExpression | 'off' | undefined): ScheduleExpression | undefined {
  return expression === 'off' ? undefined : expression;
}

/** The stage's defaults under what the props say. */
function resolveSettings(props: ClerkUserSyncProps): StageDefaults {
  const defaults = STAGE_DEFAULTS[props.stage ?? 'production'];
  return {
    ...defaults,
    ...(props.logRetention !== undefined && { logRetention: props.logRetention }),
    ...(props.removalPolicy !== undefined && { removalPolicy: props.removalPolicy }),
  };
}
