import { Duration, Names, Stack, Token } from 'aws-cdk-lib';
import type { Authorizer } from 'aws-cdk-lib/aws-apigateway';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { HttpLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { EventBus } from 'aws-cdk-lib/aws-events';
import type { IEventBusRef } from 'aws-cdk-lib/aws-events';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { alarmNamePrefix } from './alarms/sync-alarms.ts';
import { answerCache, functionOf, httpAuthorizer } from './authorizers.ts';
import type { AuthorizerFunctions, AuthorizerVariant, Authorizers, TokenSettings } from './authorizers.ts';
import { packagedBundles } from './bundles.ts';
import type { BundleSource, FunctionName } from './bundles.ts';
import { callable } from './canary.ts';
import { ChangeStream } from './change-stream.ts';
import { ClerkSecret } from './clerk-secret.ts';
import type { ReadableSecret } from './clerk-secret.ts';
import type { ClerkUserSyncProps } from './clerk-user-sync-props.ts';
import { functionSettings } from './function-settings.ts';
import { SyncFunctions } from './functions.ts';
import { Health } from './health.ts';
import type { FunctionSettings } from './node-function.ts';
import { ReconcileSchedule } from './reconcile-schedule.ts';
import { restAuthorizer } from './rest-authorizers.ts';
import type { RestAuthorizerType } from './rest-authorizers.ts';
import { resolveDefaults } from './stage.ts';
import type { StageDefaults } from './stage.ts';
import { SyncApi } from './sync-api.ts';
import { grantRead } from './table-access.ts';
import type { ReadAccess } from './table-access.ts';
import { UserTable } from './user-table.ts';
import type { MirrorTable } from './user-table.ts';
import { validateHosting } from './validate-hosting.ts';
import { validateProps } from './validate-props.ts';
import { watch } from './watch.ts';
import { associateWebAcl } from './web-acl.ts';
import { wireAdmin } from './wire-admin.ts';
import { wireFunctions, wireVariants } from './wire-functions.ts';

/** Which authorizer an API of yours is given. */
export interface HttpAuthorizerOptions {
  /** @default 'syncing' */
  readonly variant?: AuthorizerVariant;
  /**
   * Names it on the API, where names are unique.
   * @default - `ClerkUserSync`, with the variant if that is another
   */
  readonly id?: string;
}

/** Which authorizer a REST API of yours is given. */
export interface RestAuthorizerOptions {
  /** @default 'syncing' */
  readonly variant?: AuthorizerVariant;
  /**
   * Whether it is asked with the whole request, or with the header `Authorization` alone.
   * @default 'request'
   */
  readonly type?: RestAuthorizerType;
}

/**
 * An exact, current mirror of every user of one Clerk instance: the table, the functions that keep it, the HTTP API with
 * its syncing authorizer, and the schedules of its runs.
 *
 * After the first deployment, put Clerk's keys into `secret` and point a webhook endpoint of Clerk at `webhookUrl`.
 * @throws SettingError when a prop cannot work, with its name and what to set
 */
export class ClerkUserSync extends Construct {
  /** Users, and what else the mirror keeps. Let functions of yours read it by `grantRead`. */
  readonly table: MirrorTable;
  readonly secret: ReadableSecret;
  readonly functions: Readonly<Record<FunctionName, Function>>;
  readonly api: HttpApi;
  /** Of the API, by its own name if it has one; without a slash at the end. */
  readonly apiUrl: string;
  /** For routes of your own on `api`: the functions behind it are given the mirrored user. */
  readonly authorizer: HttpLambdaAuthorizer;
  /** As `authorizer`, but never cached, and it leaves the mirror as it is: for routes that do the syncing themselves. */
  readonly verifyOnlyAuthorizer: HttpLambdaAuthorizer;
  /** For public routes: with the prop `optionalAuthorizer`, whose routes get the user of whoever is signed in. */
  readonly optionalAuthorizer: HttpLambdaAuthorizer | undefined;
  /** What API Gateway calls behind these: for authorizers that nothing here makes. */
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
  readonly #tokens: TokenSettings;

  constructor(scope: Construct, id: string, props: ClerkUserSyncProps) {
    super(scope, id);
    validateProps(props);
    validateHosting(this, props);
    const settings = resolveDefaults(props);
    const { removalPolicy } = settings;
    const { encryptionKey, bundles = packagedBundles() } = props;
    this.table = props.table ?? new UserTable(this, 'Table', { removalPolicy, encryptionKey });
    this.secret = props.secret ?? new ClerkSecret(this, 'Secret', { removalPolicy, encryptionKey });
    const common = functionSettings(this, props, settings);
    const functions = syncFunctions(this, props, { common, bundles });
    this.functions = functions.all;
    this.authorizerFunctions = callables(functions.authorizers);
    this.bus = props.eventBus ?? new EventBus(this, 'Bus', { description: 'Changes of the users that Clerk has' });
    this.#wire(props, functions);
    const changeStream = new ChangeStream(this, 'ChangeStream', { table: this.table, lambda: functions.all.changes });
    this.#tokens = tokenSettings(props);
    const authorizers = this.#authorizers(props);
    this.authorizer = authorizers.syncing;
    this.verifyOnlyAuthorizer = authorizers.verifyOnly;
    this.optionalAuthorizer = authorizers.optional;
    this.health = props.health ? this.#health(props, { common, bundles }, functions) : undefined;
    this.admin = functions.admin;
    const api = this.#api(props, settings, authorizers);
    this.api = api.http;
    this.apiUrl = api.url;
    this.webhookUrl = api.webhookUrl;
    const hasFullRuns = this.#schedule(props, settings, functions);
    const unwatched = { props, settings, functions, changeStream, hasFullRuns, api: this.api, table: this.table };
    this.alarmTopic = watch(this, { ...unwatched, name: this.#metricsStack() });
    if (props.webAcl) associateWebAcl(this, props.webAcl);
  }

  /**
   * An authorizer for routes of another HTTP API than `api`: one for each API.
   * @throws SettingError for the variant `optional` without the prop `optionalAuthorizer`
   */
  createHttpAuthorizer({ variant = 'syncing', id }: HttpAuthorizerOptions = {}): HttpLambdaAuthorizer {
    return httpAuthorizer(this.authorizerFunctions, variant, this.#tokens, id ?? yourName(variant));
  }

  /**
   * An authorizer for methods of a REST API of yours, which `currentUser` reads alike.
   *
   * @param scope of the new construct, in the stack of the REST API, which may be another than the mirror's
   * @throws SettingError for the variant `optional` without the prop `optionalAuthorizer`, and for a type that cannot read tokens
   * where they are
   */
  createRestAuthorizer(scope: Construct, id: string, options: RestAuthorizerOptions = {}): Authorizer {
    const { variant = 'syncing', type = 'request' } = options;
    const handler = functionOf(this.authorizerFunctions, variant);
    return restAuthorizer(scope, id, handler, { ...answerCache(variant, this.#tokens), type });
  }

  /**
   * Lets a function of yours, or whoever else has a role, read mirrored users by their key, and what `access` says beside them:
   * no scan, no write, and nothing of runs, audits or quarantine.
   */
  grantRead(grantee: IGrantable, access: ReadAccess = {}): Grant {
    return grantRead(this.table, grantee, access);
  }

  #wire(props: ClerkUserSyncProps, functions: SyncFunctions): void {
    const { table, secret, bus } = this;
    const wiring = { props, table, secret, bus, metricsStack: this.#metricsStack() };
    const { verifyOnly, optional } = functions.authorizers;
    wireFunctions(functions.all, wiring);
    wireVariants({ verifyOnly: verifyOnly.lambda, optional: optional?.lambda }, wiring);
    if (functions.admin) wireAdmin(functions.admin, functions.reconciler.alias, wiring);
  }

  #authorizers({ api }: ClerkUserSyncProps): Authorizers {
    const create = (variant: AuthorizerVariant): HttpLambdaAuthorizer =>
      httpAuthorizer(this.authorizerFunctions, variant, this.#tokens, api && yourName(variant));
    const optional = this.authorizerFunctions.optional && create('optional');
    return { syncing: create('syncing'), verifyOnly: create('verifyOnly'), optional };
  }

  #health({ logLevel = 'info' }: ClerkUserSyncProps, given: Given, { all, authorizers }: SyncFunctions): Function {
    const { syncing, verifyOnly, optional } = authorizers;
    const released = [syncing, verifyOnly, ...(optional ? [optional] : [])].map(({ lambda }) => lambda);
    return new Health(this, 'Health', {
      common: given.common,
      code: given.bundles('health'),
      metricsStack: this.#metricsStack(),
      logLevel,
      syncing: [...released, all.webhook, all.users],
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
      api: props.api,
      domain: props.domain,
    });
  }

  /** @returns whether a schedule starts full runs */
  #schedule(props: ClerkUserSyncProps, settings: StageDefaults, functions: SyncFunctions): boolean {
    const full = onTime(props.schedules?.full ?? settings.fullRun);
    const incremental = onTime(props.schedules?.incremental ?? settings.incrementalRun);
    if (!full && !incremental) return false;
    const { alias: target, failures } = functions.reconciler;
    const namePrefix = props.scheduleNamePrefix ?? this.#schedulePrefix();
    new ReconcileSchedule(this, 'Schedule', { namePrefix, full, incremental, target, failures });
    return full !== undefined;
  }

  /** Different for every mirror of an account and region, as stacks have different names there. */
  #schedulePrefix(): string {
    const prefix = alarmNamePrefix(this.#metricsStack());
    if (!Token.isUnresolved(prefix) && prefix.length <= LONGEST_PREFIX) return prefix;
    return `${Names.uniqueResourceName(this, { maxLength: LONGEST_PREFIX - 1, separator: '-' })}-`;
  }

  /** The value of the metrics' `Stack` dimension: stack and path in it, so that several instances never blend. */
  #metricsStack(): string {
    const stack = Stack.of(this);
    return `${stack.stackName}/${this.node.path.slice(stack.node.path.length + 1)}`;
  }
}

/** A schedule's name has 64 characters at most, and `incremental` eleven. */
const LONGEST_PREFIX = 48;

/** What functions are made with. */
interface Given {
  readonly common: FunctionSettings;
  readonly bundles: BundleSource;
}

function syncFunctions(
  scope: Construct,
  { authorizerConcurrency, reconcilerMemory, optionalAuthorizer = false, admin = false }: ClerkUserSyncProps,
  given: Given,
): SyncFunctions {
  const asked = { authorizerConcurrency, reconcilerMemory, optionalAuthorizer, admin };
  return new SyncFunctions(scope, 'Functions', { ...given, ...asked });
}

function callables({ syncing, verifyOnly, optional }: SyncFunctions['authorizers']): AuthorizerFunctions {
  return {
    syncing: callable(syncing.alias),
    verifyOnly: callable(verifyOnly.alias),
    optional: optional && callable(optional.alias),
  };
}

/** What an authorizer is called on an API that has others. */
function yourName(variant: AuthorizerVariant): string {
  return variant === 'syncing' ? 'ClerkUserSync' : `ClerkUserSync-${variant}`;
}

function tokenSettings({ tokenFrom = 'header', authorizerCacheTtl }: ClerkUserSyncProps): TokenSettings {
  return { tokenFrom, cacheTtl: authorizerCacheTtl ?? Duration.seconds(tokenFrom === 'both' ? 0 : 30) };
}

function onTime(expression: ScheduleExpression | 'off' | undefined): ScheduleExpression | undefined {
  return expression === 'off' ? undefined : expression;
}
