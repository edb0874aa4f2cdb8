/**
 * Names of the environment variables that configure the functions (AWS's own, for region and endpoints, aside).
 * The construct sets them and `shared/config` parses them: one spelling for both.
 */
export const ENVIRONMENT = {
  /** Name of the table. */
  tableName: 'TABLE_NAME',
  /** ARN of the secret with Clerk's keys. Where it is set, it counts before the three below. */
  secretArn: 'CLERK_SECRET_ARN',
  /** For scripts and tests, in place of the secret: Clerk's secret key. */
  secretKey: 'CLERK_SECRET_KEY',
  /** Likewise: signing secrets of the webhook, with commas between. */
  webhookSecrets: 'CLERK_WEBHOOK_SECRETS',
  /** Likewise: public keys in PEM form; line breaks may be written as `\\n`. */
  jwtKeys: 'CLERK_JWT_KEYS',
  issuer: 'CLERK_ISSUER',
  authorizedParties: 'CLERK_AUTHORIZED_PARTIES',
  clerkApiUrl: 'CLERK_API_URL',
  clerkShare: 'CLERK_SHARE',
  onStoreFailure: 'ON_STORE_FAILURE',
  missingAzp: 'MISSING_AZP',
  audience: 'CLERK_AUDIENCE',
  claimNames: 'CLAIM_NAMES',
  /** `syncing` keeps the mirror, `verify-only` reads it, `optional` lets those in, too, who have no token. */
  authorizerVariant: 'AUTHORIZER_VARIANT',
  tokenFrom: 'TOKEN_FROM',
  requireEmail: 'REQUIRE_EMAIL',
  maxTokenLife: 'MAX_TOKEN_LIFE',
  returningUser: 'RETURNING_USER',
  /** Name or ARN of the bus that is told of users' changes. */
  eventBus: 'EVENT_BUS',
  retentionDays: 'RETENTION_DAYS',
  roster: 'ROSTER',
  /** Cohort of an entry that nothing else gives one: `roster.defaultCohort`. */
  rosterDefaultCohort: 'ROSTER_DEFAULT_COHORT',
  /** Member of Clerk's public metadata that names a user's cohort: `roster.cohortMetadataKey`. */
  rosterCohortKey: 'ROSTER_COHORT_KEY',
  /** ARN of the reconciler's alias, through which the admin API starts runs. */
  reconcilerArn: 'RECONCILER_ARN',
  stage: 'STAGE',
  logLevel: 'LOG_LEVEL',
  /** Value of the metrics' dimension `Stack`. */
  stackName: 'METRICS_STACK',
  /** Names of the functions whose invocations are attempts to sync, with commas between. */
  syncingFunctions: 'SYNCING_FUNCTIONS',
} as const;

export type EnvironmentName = (typeof ENVIRONMENT)[keyof typeof ENVIRONMENT];
