/**
 * Names of the environment variables that configure the functions (AWS's own, for region and endpoints, aside).
 * The construct sets them and `shared/config` parses them: one spelling for both.
 */
export const ENVIRONMENT = {
  tableName: 'TABLE_NAME',
  secretArn: 'CLERK_SECRET_ARN',
  secretKey: 'CLERK_SECRET_KEY',
  webhookSecrets: 'CLERK_WEBHOOK_SECRETS',
  jwtKeys: 'CLERK_JWT_KEYS',
  issuer: 'CLERK_ISSUER',
  authorizedParties: 'CLERK_AUTHORIZED_PARTIES',
  clerkApiUrl: 'CLERK_API_URL',
  clerkShare: 'CLERK_SHARE',
  onStoreFailure: 'ON_STORE_FAILURE',
  missingAzp: 'MISSING_AZP',
  audience: 'CLERK_AUDIENCE',
  claimNames: 'CLAIM_NAMES',
  authorizerVariant: 'AUTHORIZER_VARIANT',
  tokenFrom: 'TOKEN_FROM',
  requireEmail: 'REQUIRE_EMAIL',
  maxTokenLife: 'MAX_TOKEN_LIFE',
  returningUser: 'RETURNING_USER',
  eventBus: 'EVENT_BUS',
  retentionDays: 'RETENTION_DAYS',
  roster: 'ROSTER',
  rosterDefaultCohort: 'ROSTER_DEFAULT_COHORT',
  rosterCohortKey: 'ROSTER_COHORT_KEY',
  reconcilerArn: 'RECONCILER_ARN',
  stage: 'STAGE',
  logLevel: 'LOG_LEVEL',
  stackName: 'METRICS_STACK',
  syncingFunctions: 'SYNCING_FUNCTIONS',
} as const;

export type EnvironmentName = (typeof ENVIRONMENT)[keyof typeof ENVIRONMENT];
