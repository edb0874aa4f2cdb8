import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { CorsPreflightOptions } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IEventBusRef } from 'aws-cdk-lib/aws-events';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { TokenFrom } from './authorizers.ts';
import type { BundleSource } from './bundles.ts';
import type { AlarmSettings } from './alarms/sync-alarms.ts';
import type { ReadableSecret } from './clerk-secret.ts';
import type { HostingProps } from './hosting-props.ts';
import type { Stage } from './stage.ts';

/** What of a user's profile a session token carries, and when it changed. */
export type ClaimField = 'email' | 'firstName' | 'lastName' | 'imageUrl' | 'updatedAt';

/** How much of what happens is worth a line of the log. */
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_LEVELS = ['info', 'warn', 'error'] as const;

/** Requests a second, and how many may come at once above that. */
export interface Throttle {
  readonly rateLimit: number;
  readonly burstLimit: number;
}

/** How tokens are verified and what becomes of a request when something is missing or broken. */
export interface AuthorizerSettings {
  /** Clerk's frontend API URL, the `iss` of every token: `https://clerk.example.com`, without a slash at the end. */
  readonly issuer: string;
  /** Origins whose tokens are accepted (the `azp` claim): `https://app.example.com`. None only with `missingAzp: 'allow'`. */
  readonly authorizedParties: readonly string[];
  /**
   * What a token without `azp` is: some cookies and tokens minted by the Backend API lack it.
   * @default 'deny'
   */
  readonly missingAzp?: 'allow' | 'deny';
  /**
   * What a valid token is worth while the table cannot be reached: `allow` lets its claims stand for the user, with `deny`
   * the request fails with 500, which API Gateway does not cache.
   * @default 'allow'
   */
  readonly onStoreFailure?: 'allow' | 'deny';
  /**
   * Where the token is: the `Authorization` header or the `__session` cookie. The gateway's cache is keyed by that header; with
   * `both`, the header first, it has no key: the authorizer is then called for every request, also for one without a token.
   * @default 'header'
   */
  readonly tokenFrom?: TokenFrom;
  /**
   * Values of the claim `aud` that mean this API. With any, a token must be addressed to one of them, and tokens of a JWT
   * template, which belong to no session, are accepted; with none, a token that has an `aud` is refused, as those are.
   * @default - none: Clerk's session tokens have no `aud`
   */
  readonly audience?: readonly string[];
  /**
   * By field, the claims that your session token does not carry under their usual names.
   * @default - email, firstName, lastName, imageUrl, updatedAt, or the last four in snake_case
   */
  readonly claimNames?: Partial<Readonly<Record<ClaimField, string>>>;
  /**
   * The longest life of a token that is accepted: 60 seconds to 24 hours. Clerk's session tokens live a minute, but templates
   * and the Backend API can make tokens that live for years, and with one of those a user whose ban was lost comes in for as long.
   * @default 1 hour
   */
  readonly maxTokenLife?: Duration;
  /**
   * Whether a user without an email address is refused creation from a token alone.
   * @default true
   */
  readonly requireEmail?: boolean;
  /**
   * How long API Gateway may repeat the authorizer's answer: for that long a banned or deleted user is still let in.
   * 0 to 30 seconds; 0 with `tokenFrom: 'both'`.
   * @default 30 seconds, or 0
   */
  readonly authorizerCacheTtl?: Duration;
  /**
   * Processes reserved for the authorizer. By default none: the stage's throttle already bounds what junk can start, a
   * reservation is taken from the rest of the account for good (and refused in accounts with a small limit), and once it
   * is used up real users get 500s.
   * @default - no reservation
   */
  readonly authorizerConcurrency?: number;
  /**
   * Whether there is an authorizer for public routes of your own (`optionalAuthorizer`): whoever is signed in is on the
   * request, and everybody else is let in without a user.
   * @default false
   */
  readonly optionalAuthorizer?: boolean;
}

/** Whether users are linked to pre-registered people, and where the cohort of an entry without one comes from. */
export interface RosterSettings {
  /** Whether users are linked. */
  readonly enabled: boolean;
  /**
   * Cohort of an entry that nothing else gives one.
   * @default - none
   */
  readonly defaultCohort?: string;
  /**
   * Member of Clerk's public metadata that names a user's cohort.
   * @default - none
   */
  readonly cohortMetadataKey?: string;
}

export interface ClerkUserSyncProps extends AuthorizerSettings, HostingProps {
  /**
   * Decides the defaults of removal policy, log retention and schedule.
   * @default 'production'
   */
  readonly stage?: Stage;
  /**
   * Clerk's Backend API.
   * @default 'https://api.clerk.com'
   */
  readonly clerkApiUrl?: string;
  /**
   * The share of Clerk's rate limit that reconcile runs may use, above 0 and up to 1: your application's own calls need the
   * rest. The limit itself, 1,000 calls in 10 seconds in production and 100 in development, is known by the secret key.
   * @default 0.5
   */
  readonly clerkShare?: number;
  /**
   * Memory of the reconciler, MB: 512 to 10,240. A share of a processor comes with it, by which a first import is bound: some 145
   * users a second with 512 MB, 290 with 1,024 (docs/backfill.md). An unchanged night is bound by Clerk's answers.
   * @default 512
   */
  readonly reconcilerMemory?: number;
  /**
   * What becomes of a new Clerk user with the verified email of a deleted one: `relink` lets him inherit what your application
   * kept about the deleted user, as long as her personal data have not been erased.
   * @default 'fresh' - a stranger
   */
  readonly returningUser?: 'fresh' | 'relink';
  /**
   * Pre-registered people: whoever takes a verified address is linked to its entry, `roster#<address>`, in the same transaction.
   * @default - off
   */
  readonly roster?: RosterSettings;
  /**
   * Days after which a full run erases the personal fields of a deleted user, what your application kept about her included:
   * 7 to 3,650, or `off` to keep them for good.
   * @default 30
   */
  readonly retentionDays?: number | 'off';
  /**
   * When reconcile runs start; `off` for none.
   * @default - full: 02:00 UTC in production, every 6 hours in staging; incremental: every hour at half past in both; both off
   * in development
   */
  readonly schedules?: Readonly<Partial<Record<'full' | 'incremental', ScheduleExpression | 'off'>>>;
  /**
   * Put before the names of the schedules, so that `full` becomes `<prefix>full`. Schedules stand in a group of each mirror's
   * own, but CloudFormation identifies a schedule by its name alone, so that two mirrors in one account and region need two
   * prefixes.
   * @default - the names of the stack and of the construct
   */
  readonly scheduleNamePrefix?: string;
  /**
   * An existing secret with `secretKey`, `webhookSecrets`, `jwtKeys` and `adminKeyHashes`. If a key of your own encrypts it,
   * import it together with that key (`Secret.fromSecretAttributes`): the functions may then decrypt with it.
   * @default - a new one with placeholders, to be filled in after the first deployment
   */
  readonly secret?: ReadableSecret;
  /**
   * An existing bus to tell of users' changes on, which carry no personal value. Give rules the source `clerk-dynamodb-sync`.
   * @default - a bus of its own
   */
  readonly eventBus?: IEventBusRef;
  /** @default - 3 months in production, 1 month in staging, 1 week in development */
  readonly logRetention?: RetentionDays;
  /**
   * Whether the API writes a line for each request: route, status, times, what refused it, nothing about the person. An HTTP API
   * cannot write it for refusals or errors alone: unchanged requests cost some $0.13 a million then, and nothing otherwise.
   * @default false
   */
  readonly accessLog?: boolean;
  /**
   * The least level that the functions log. At `warn` nobody can look up what came of a single change, only of how many.
   * @default 'info' - one line for each change
   */
  readonly logLevel?: LogLevel;
  /**
   * What becomes of table, secret and logs when they leave the stack; all but `DESTROY` also protects the table.
   * @default - retained in production, destroyed elsewhere
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Limit of each route that has none of its own.
   * @default - 1,000 requests a second, bursts of 2,000
   */
  readonly throttle?: Throttle;
  /**
   * Limit of the webhook route: a bucket of its own, so that junk sent there takes nothing from signed-in users. Keep it
   * wide: Svix answers a 429 by waiting 5 seconds, then 5 and 30 minutes, and users are stale for as long. The default is five
   * times the rate at which Clerk's Backend API lets an import create users (1,000 in 10 seconds).
   * @default - 500 requests a second, bursts of 1,000
   */
  readonly webhookThrottle?: Throttle;
  /**
   * Limit of `POST /users/sync`, each of whose requests reads a user from Clerk: the default takes a quarter of the 100 calls
   * a second that Clerk grants a production instance, which your application's own calls need, too.
   * @default - 25 requests a second, bursts of 50
   */
  readonly syncThrottle?: Throttle;
  /**
   * Limit of `PATCH /users/me`, which writes: a client that patches in a loop takes no requests from the other routes, and
   * costs no more than this many writes.
   * @default - 50 requests a second, bursts of 100
   */
  readonly patchThrottle?: Throttle;
  /**
   * Whether there is an administrative API: `/admin/…`, for whoever has a key whose SHA-256 hash is among `adminKeyHashes` of the
   * secret. See docs/admin.md.
   * @default false
   */
  readonly admin?: boolean;
  /**
   * Whether `GET /health` and `GET /health/user-sync` answer anybody how syncs go and how many users there are: for uptime
   * monitors, which have no key. Off, since the number of your users is nobody's business until you say so.
   * @default false
   */
  readonly health?: boolean;
  /**
   * Limit of each health route.
   * @default - 10 requests a second, bursts of 20
   */
  readonly healthThrottle?: Throttle;
  /**
   * Alarms: who is told, from where on, and where the runbook is.
   * @default - on, told to a new topic, with the thresholds of `ALARM_THRESHOLDS`
   */
  readonly alarms?: AlarmSettings | 'off';
  /**
   * Cross-origin rules of the API, for browsers on another origin. For the users' routes they have to allow GET, PATCH and
   * POST, and the headers `authorization` and `content-type`.
   * @default - none
   */
  readonly cors?: CorsPreflightOptions;
  /**
   * Where the functions' code comes from.
   * @default - the bundles that the package carries
   */
  readonly bundles?: BundleSource;
}
