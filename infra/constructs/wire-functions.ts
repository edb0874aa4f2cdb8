import { Duration } from 'aws-cdk-lib';
import type { IEventBusRef } from 'aws-cdk-lib/aws-events';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { ENVIRONMENT } from '../../shared/names/environment.ts';
import type { AuthorizerVariants } from './authorizers.ts';
import type { MirrorTable } from './user-table.ts';
import type { FunctionName } from './bundles.ts';
import type { ReadableSecret } from './clerk-secret.ts';
import type { ClerkUserSyncProps } from './clerk-user-sync-props.ts';
import { configure, connectBus, connectMetrics, connectSecret } from './connections.ts';
import {
  HELD_DELETIONS,
  INSTANCE,
  LEASE,
  MARKS,
  NAMES,
  QUARANTINE,
  ROSTER,
  RUNS,
  USERS,
  WATERMARK,
} from './item-keys.ts';
import { connectIndex, connectTable } from './table-access.ts';

export interface Wiring {
  readonly props: ClerkUserSyncProps;
  readonly table: MirrorTable;
  readonly secret: ReadableSecret;
  readonly bus: IEventBusRef;
  /** Value of the metrics' `Stack` dimension. */
  readonly metricsStack: string;
}

/** Gives each function what it needs and nothing else: its configuration, and with it its permissions. */
export function wireFunctions(functions: Readonly<Record<FunctionName, Function>>, wiring: Wiring): void {
  for (const lambda of Object.values(functions)) configureCommon(lambda, wiring);
  wireAuthorizer(functions.authorizer, wiring, 'syncing');
  wireWebhook(functions.webhook, wiring);
  wireUsers(functions.users, wiring);
  wireReconciler(functions.reconciler, wiring);
  wireChanges(functions.changes, wiring);
}

/** Does the same for the variants of the authorizer that are no functions of their own code. */
export function wireVariants(
  { verifyOnly, optional }: Omit<AuthorizerVariants<Function>, 'syncing'>,
  wiring: Wiring,
): void {
  configureCommon(verifyOnly, wiring);
  configureTokens(verifyOnly, wiring, 'verify-only');
  connectTable(verifyOnly, wiring.table, { GetItem: [USERS] });
  connectSecret(verifyOnly, wiring.secret);
  if (!optional) return;
  configureCommon(optional, wiring);
  wireAuthorizer(optional, wiring, 'optional');
}

export function configureCommon(lambda: Function, { props, metricsStack }: Wiring): void {
  configure(lambda, {
    [ENVIRONMENT.stage]: props.stage ?? 'production',
    [ENVIRONMENT.logLevel]: props.logLevel ?? 'info',
    [ENVIRONMENT.stackName]: metricsStack,
  });
}

function wireAuthorizer(lambda: Function, wiring: Wiring, variant: 'syncing' | 'optional'): void {
  const { props, table, secret } = wiring;
  configureTokens(lambda, wiring, variant);
  connectTable(lambda, table, { GetItem: readable(props), UpdateItem: writable(props) });
  connectClerk(lambda, secret, props);
}

/** How tokens are verified and what becomes of a request. */
function configureTokens(lambda: Function, { props }: Wiring, variant: 'syncing' | 'verify-only' | 'optional'): void {
  const { audience = [], claimNames = {} } = props;
  configure(lambda, {
    [ENVIRONMENT.authorizerVariant]: variant,
    [ENVIRONMENT.issuer]: props.issuer,
    [ENVIRONMENT.authorizedParties]: props.authorizedParties.join(','),
    [ENVIRONMENT.missingAzp]: props.missingAzp ?? 'deny',
    [ENVIRONMENT.onStoreFailure]: props.onStoreFailure ?? 'allow',
    [ENVIRONMENT.tokenFrom]: props.tokenFrom ?? 'header',
    [ENVIRONMENT.requireEmail]: String(props.requireEmail ?? true),
    [ENVIRONMENT.maxTokenLife]: String((props.maxTokenLife ?? Duration.hours(1)).toSeconds()),
    ...(audience.length > 0 && { [ENVIRONMENT.audience]: audience.join(',') }),
    ...(Object.keys(claimNames).length > 0 && { [ENVIRONMENT.claimNames]: pairs(claimNames) }),
  });
}

function pairs(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}

function wireWebhook(lambda: Function, { props, table, secret }: Wiring): void {
  connectTable(lambda, table, {
    GetItem: [...readable(props), INSTANCE],
    UpdateItem: writable(props),
    PutItem: [QUARANTINE],
  });
  connectClerk(lambda, secret, props);
}

function wireUsers(lambda: Function, { props, table, secret }: Wiring): void {
  connectTable(lambda, table, { GetItem: readable(props), UpdateItem: writable(props) });
  connectClerk(lambda, secret, props);
}

function wireReconciler(lambda: Function, { props, table, secret }: Wiring): void {
  connectTable(lambda, table, {
    GetItem: [USERS, ...NAMES, ROSTER, RUNS, HELD_DELETIONS, MARKS, INSTANCE, WATERMARK],
    // Events about a user who is erased are emptied: what they say of her is personal data, too.
    UpdateItem: [USERS, ...NAMES, ROSTER, HELD_DELETIONS, LEASE, WATERMARK, QUARANTINE],
    PutItem: [RUNS, HELD_DELETIONS, MARKS, INSTANCE],
    DeleteItem: [...NAMES, ROSTER],
    // The lease is checked in the transaction that deletes a user, whose other keys the request names as well.
    ConditionCheckItem: [LEASE, USERS, ...NAMES, ROSTER],
  });
  connectIndex(lambda, table);
  connectClerk(lambda, secret, props);
  configure(lambda, { [ENVIRONMENT.clerkShare]: String(props.clerkShare ?? 0.5) });
  connectMetrics(lambda);
  configure(lambda, { [ENVIRONMENT.retentionDays]: String(props.retentionDays ?? 30) });
}

function wireChanges(lambda: Function, { props, table, secret, bus }: Wiring): void {
  const GetItem = [USERS, ...NAMES, ...rosterOf(props)];
  connectTable(lambda, table, { GetItem, UpdateItem: writable(props), DeleteItem: NAMES });
  connectBus(lambda, bus);
  connectClerk(lambda, secret, props);
}

/** A function that writes users need not read who has a name, unless it must know who comes back. */
function readable(props: ClerkUserSyncProps): readonly string[] {
  return [USERS, ...(props.returningUser === 'relink' ? NAMES : []), ...rosterOf(props)];
}

/** What changes in the transactions that write users. */
function writable(props: ClerkUserSyncProps): readonly string[] {
  return [USERS, ...NAMES, ...rosterOf(props)];
}

function rosterOf({ roster }: ClerkUserSyncProps): readonly string[] {
  return roster?.enabled ? [ROSTER] : [];
}

/** Clerk's Backend API and the keys to it. */
export function connectClerk(lambda: Function, secret: ReadableSecret, props: ClerkUserSyncProps): void {
  configure(lambda, {
    [ENVIRONMENT.clerkApiUrl]: props.clerkApiUrl ?? 'https://api.clerk.com',
    [ENVIRONMENT.returningUser]: props.returningUser ?? 'fresh',
    ...rosterSettings(props),
  });
  connectSecret(lambda, secret);
}

function rosterSettings({ roster }: ClerkUserSyncProps): Readonly<Record<string, string>> {
  if (!roster?.enabled) return {};
  const { defaultCohort, cohortMetadataKey } = roster;
  return {
    [ENVIRONMENT.roster]: 'on',
    ...(defaultCohort !== undefined && { [ENVIRONMENT.rosterDefaultCohort]: defaultCohort }),
    ...(cohortMetadataKey !== undefined && { [ENVIRONMENT.rosterCohortKey]: cohortMetadataKey }),
  };
}
