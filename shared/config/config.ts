import type { Environment, Field } from './field.ts';
import { parseWith } from './field.ts';
import type { KeyVariable, PartyRules, SecretLocation } from './fields.ts';
import {
  authorizedParties,
  authorizerVariant,
  clerkApiUrl,
  clerkShare,
  eventBus,
  issuer,
  missingAzp,
  onStoreFailure,
  reconcilerArn,
  requireEmail,
  returningUser,
  secretLocation,
  stackName,
  stage,
  tableName,
  tokenFrom,
} from './fields.ts';
import type { LogConfig } from './log-fields.ts';
import { logLevel } from './log-fields.ts';
import { retentionDays } from './retention-fields.ts';
import type { RosterConfig } from './roster-fields.ts';
import { roster } from './roster-fields.ts';
import type { ClaimNames } from './token-fields.ts';
import { audience, claimNames, maxTokenLifeMs } from './token-fields.ts';

/** What every function that reads Clerk and writes the table needs. */
export interface SyncConfig extends LogConfig {
  readonly tableName: string;
  /** The value of the metrics' dimension `Stack`. */
  readonly stackName: string;
  readonly stage: 'development' | 'staging' | 'production';
  readonly clerkApiUrl: string;
  /** What becomes of a new Clerk user with the verified email of a deleted one. */
  readonly returningUser: 'fresh' | 'relink';
  /** How users are linked to pre-registered people; undefined where they are not. */
  readonly roster: RosterConfig | undefined;
  readonly secrets: SecretLocation;
}

export interface ReconcilerConfig extends SyncConfig {
  /** The share of Clerk's rate limit that runs may use, above 0 and up to 1. */
  readonly clerkShare: number;
}

export interface AdminConfig extends SyncConfig {
  /** ARN of the alias that the reconciler is invoked through. */
  readonly reconcilerArn: string;
}

export interface AuthorizerConfig extends SyncConfig, PartyRules {
  readonly issuer: string;
  /** `syncing` keeps the mirror, `verify-only` reads it, `optional` syncs and lets those in, too, who have no token. */
  readonly variant: 'syncing' | 'verify-only' | 'optional';
  /** Values of `aud` that mean us. */
  readonly audience: readonly string[];
  readonly claimNames: ClaimNames;
  readonly tokenFrom: 'header' | 'cookie' | 'both';
  readonly onStoreFailure: 'allow' | 'deny';
  readonly requireEmail: boolean;
  /** The longest life of a token that is accepted. */
  readonly maxTokenLifeMs: number;
}

export interface ChangesConfig extends SyncConfig {
  /** Name or ARN of the bus on which applications hear of changes. */
  readonly eventBus: string;
}

export interface ReconcilerConfig extends SyncConfig {
  /** Days for which the personal fields of a deleted user are kept; undefined for good. */
  readonly retentionDays: number | undefined;
}

type ReadField = <T>(field: Field<T>) => T;

function readSync(read: ReadField, needed: readonly KeyVariable[]): SyncConfig {
  return {
    tableName: read(tableName),
    stackName: read(stackName),
    stage: read(stage),
    logLevel: read(logLevel),
    clerkApiUrl: read(clerkApiUrl),
    returningUser: read(returningUser),
    roster: read(roster),
    secrets: read(secretLocation(needed)),
  };
}

function readAuthorizer(read: ReadField, needed: readonly KeyVariable[]): AuthorizerConfig {
  return {
    ...readSync(read, needed),
    issuer: read(issuer),
    authorizedParties: read(authorizedParties),
    missingAzp: read(missingAzp),
    audience: read(audience),
    claimNames: read(claimNames),
    variant: read(authorizerVariant),
    tokenFrom: read(tokenFrom),
    onStoreFailure: read(onStoreFailure),
    requireEmail: read(requireEmail),
    maxTokenLifeMs: read(maxTokenLifeMs),
  };
}

/**
 * The configuration of the authorizer.
 * @throws ConfigInvalid that lists every variable that is missing or wrong
 */
export function parseAuthorizerConfig(environment: Environment): AuthorizerConfig {
  const asksNobody = authorizerVariant(environment).value === 'verify-only';
  return parseWith(environment, (read) => readAuthorizer(read, asksNobody ? ['jwtKeys'] : ['secretKey', 'jwtKeys']));
}

/**
 * The configuration of the webhook.
 * @throws ConfigInvalid that lists every variable that is missing or wrong
 */
export function parseWebhookConfig(environment: Environment): SyncConfig {
  return parseWith(environment, (read) => readSync(read, ['secretKey', 'webhookSecrets']));
}

/**
 * The configuration of the reconciler.
 * @throws ConfigInvalid that lists every variable that is missing or wrong
 */
export function parseReconcilerConfig(environment: Environment): ReconcilerConfig {
  return parseWith(environment, (read) => ({
    ...readSync(read, ['secretKey']),
    clerkShare: read(clerkShare),
    retentionDays: read(retentionDays),
  }));
}

/**
 * The configuration of the users' routes.
 * @throws ConfigInvalid that lists every variable that is missing or wrong
 */
export function parseUsersConfig(environment: Environment): SyncConfig {
  return parseWith(environment, (read) => readSync(read, ['secretKey']));
}

/**
 * The configuration of the admin routes.
 * @throws ConfigInvalid that lists every variable that is missing or wrong
 */
export function parseAdminConfig(environment: Environment): AdminConfig {
  return parseWith(environment, (read) => ({ ...readSync(read, ['secretKey']), reconcilerArn: read(reconcilerArn) }));
}

/**
 * The configuration of the change-stream function.
 * @throws ConfigInvalid that lists every variable that is missing or wrong
 */
export function parseChangesConfig(environment: Environment): ChangesConfig {
  return parseWith(environment, (read) => ({ ...readSync(read, ['secretKey']), eventBus: read(eventBus) }));
}

/**
 * The whole configuration, for tools that check a deployment.
 * @throws ConfigInvalid that lists every variable that is missing or wrong
 */
export function parseConfig(environment: Environment): AuthorizerConfig {
  return parseWith(environment, (read) => readAuthorizer(read, ['secretKey', 'webhookSecrets', 'jwtKeys']));
}
