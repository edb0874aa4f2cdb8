import { Duration } from 'aws-cdk-lib';
import type { CorsPreflightOptions } from 'aws-cdk-lib/aws-apigatewayv2';
import { LOG_LEVELS } from '../constructs/clerk-user-sync-props.ts';
import type { AuthorizerSettings, ClaimField, LogLevel, RosterSettings } from '../constructs/clerk-user-sync-props.ts';
import { STAGES } from '../constructs/stage.ts';
import type { Stage } from '../constructs/stage.ts';
import { SettingError } from '../constructs/setting-error.ts';
import type { Context } from './context.ts';
import { readCors } from './cors.ts';

/** The issuer that cdk.json starts with: well-formed, nobody's. */
export const EXAMPLE_ISSUER = 'https://example.clerk.accounts.dev';

const NAMES = [
  'cli-telemetry',
  'stage',
  'issuer',
  'authorizedParties',
  'corsOrigins',
  'clerkApiUrl',
  'clerkShare',
  'reconcilerMemory',
  'missingAzp',
  'onStoreFailure',
  'tokenFrom',
  'audience',
  'claimNames',
  'optionalAuthorizer',
  'requireEmail',
  'maxTokenLifeSeconds',
  'returningUser',
  'retentionDays',
  'admin',
  'roster',
  'rosterDefaultCohort',
  'rosterCohortKey',
  'health',
  'authorizerCacheSeconds',
  'scheduleNamePrefix',
  'deployment',
  'tracing',
  'accessLog',
  'logLevel',
  'secretArn',
  'stackName',
  'tableSuffix',
];

/** What the app takes from the context: the construct's props in the form a command line can carry. */
export interface Settings extends AuthorizerSettings {
  readonly stage: Stage;
  readonly stackName: string;
  /** Whose browsers may call the API from a page elsewhere; none by default. */
  readonly cors?: CorsPreflightOptions;
  readonly clerkApiUrl?: string;
  readonly clerkShare?: number;
  readonly reconcilerMemory?: number;
  readonly returningUser?: 'fresh' | 'relink';
  readonly retentionDays?: number | 'off';
  readonly roster?: RosterSettings;
  readonly admin?: boolean;
  readonly health?: boolean;
  readonly scheduleNamePrefix?: string;
  readonly accessLog?: boolean;
  readonly logLevel?: LogLevel;
  /** Takes the canary out of the way of a production deployment. */
  readonly deployment?: 'at-once';
  readonly tracing?: boolean;
  /** The whole ARN of an existing secret. */
  readonly secretArn?: string;
  /** Gives the stack another table than the one that it had: after that one was lost. */
  readonly tableSuffix?: string;
  /** Names in the context that nothing reads. */
  readonly unknown: readonly string[];
}

/** @throws SettingError that names the setting and says what to do */
export function readSettings(context: Context): Settings {
  const stage = context.choice('stage', STAGES) ?? 'production';
  return {
    stage,
    stackName: readStackName(context) ?? `clerk-sync-${stage}`,
    ...readAuthorizerSettings(context),
    ...present('cors', readCors(context)),
    ...present('clerkApiUrl', context.text('clerkApiUrl')),
    ...present('clerkShare', context.number('clerkShare')),
    ...present('reconcilerMemory', context.count('reconcilerMemory')),
    ...present('returningUser', context.choice('returningUser', ['fresh', 'relink'])),
    ...present('retentionDays', readRetention(context)),
    ...present('roster', readRoster(context)),
    ...present('admin', context.boolean('admin')),
    ...present('health', context.boolean('health')),
    ...present('scheduleNamePrefix', context.textOrNothing('scheduleNamePrefix')),
    ...present('deployment', context.choice('deployment', ['at-once'])),
    ...present('tracing', context.boolean('tracing')),
    ...present('accessLog', context.boolean('accessLog')),
    ...present('logLevel', context.choice('logLevel', LOG_LEVELS)),
    ...present('secretArn', readSecretArn(context)),
    ...present('tableSuffix', readTableSuffix(context)),
    unknown: context.unknown(NAMES),
  };
}

function readAuthorizerSettings(context: Context): AuthorizerSettings {
  const cacheTtl = seconds(context.count('authorizerCacheSeconds'));
  const maxTokenLife = seconds(context.count('maxTokenLifeSeconds'));
  return {
    issuer: context.requiredText('issuer', 'https://clerk.example.com'),
    authorizedParties: context.list('authorizedParties'),
    ...present('missingAzp', context.choice('missingAzp', ['allow', 'deny'])),
    ...present('onStoreFailure', context.choice('onStoreFailure', ['allow', 'deny'])),
    ...present('tokenFrom', context.choice('tokenFrom', ['header', 'cookie', 'both'])),
    audience: context.list('audience'),
    claimNames: readClaimNames(context),
    ...present('optionalAuthorizer', context.boolean('optionalAuthorizer')),
    ...present('requireEmail', context.boolean('requireEmail')),
    ...present('authorizerCacheTtl', cacheTtl),
    ...present('maxTokenLife', maxTokenLife),
  };
}

function seconds(count: number | undefined): Duration | undefined {
  return count === undefined ? undefined : Duration.seconds(count);
}

const CLAIM_FIELDS: readonly ClaimField[] = ['email', 'firstName', 'lastName', 'imageUrl', 'updatedAt'];

/** Pairs such as `email=mail`, in a list or in one text with commas between. */
function readClaimNames(context: Context): Partial<Record<ClaimField, string>> {
  const names: Partial<Record<ClaimField, string>> = {};
  for (const pair of context.list('claimNames')) {
    const [field, name, ...rest] = pair.split('=');
    const known = CLAIM_FIELDS.find((each) => each === field);
    if (known === undefined || name === undefined || rest.length > 0) {
      throw new SettingError(
        `Context claimNames has ${JSON.stringify(pair)}. Pass pairs of a field (${CLAIM_FIELDS.join(', ')}) and the claim that ` +
          'carries it, as -c claimNames=email=mail,updatedAt=changed',
      );
    }
    names[known] = name;
  }
  return names;
}

function readStackName(context: Context): string | undefined {
  const name = context.text('stackName');
  if (name === undefined || /^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(name)) return name;
  throw new SettingError(
    `Context stackName is ${JSON.stringify(name)}. A stack's name begins with a letter, has letters, digits and hyphens, and at ` +
      'most 128 of them: pass such a name as -c stackName=…',
  );
}

function readSecretArn(context: Context): string | undefined {
  const arn = context.text('secretArn');
  // Secrets Manager ends every ARN with six characters of its own; without them no policy can name the one secret.
  if (arn === undefined || /^arn:[^:]+:secretsmanager:[^:]+:\d{12}:secret:.+-[A-Za-z0-9]{6}$/.test(arn)) return arn;
  throw new SettingError(
    `Context secretArn is ${JSON.stringify(arn)}. Pass the whole ARN as Secrets Manager shows it, such as ` +
      '-c secretArn=arn:aws:secretsmanager:eu-west-1:111122223333:secret:clerk-AbCdEf',
  );
}

function readTableSuffix(context: Context): string | undefined {
  const suffix = context.text('tableSuffix');
  if (suffix === undefined || /^[A-Za-z0-9]{1,20}$/.test(suffix)) return suffix;
  throw new SettingError(
    `Context tableSuffix is ${JSON.stringify(suffix)}, but must be at most 20 letters and digits: pass such a text as -c tableSuffix=2`,
  );
}

function readRetention(context: Context): number | 'off' | undefined {
  return context.is('retentionDays', 'off') ? 'off' : context.count('retentionDays');
}

function readRoster(context: Context): RosterSettings | undefined {
  const enabled = context.boolean('roster');
  if (enabled === undefined) return undefined;
  return {
    enabled,
    ...present('defaultCohort', context.text('rosterDefaultCohort')),
    ...present('cohortMetadataKey', context.text('rosterCohortKey')),
  };
}

/** A property only where there is a value: the props are optional, not undefined. */
function present<K extends string, V>(name: K, value: V | undefined): Partial<Record<K, V>> {
  if (value === undefined) return {};
  const record: Partial<Record<K, V>> = {};
  record[name] = value;
  return record;
}
