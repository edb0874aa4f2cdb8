import { Token } from 'aws-cdk-lib';
import type { AlarmThresholds } from './alarms/thresholds.ts';
import type { ClerkUserSyncProps } from './clerk-user-sync-props.ts';
import { MEMORY_SIZES } from './memory-sizes.ts';
import { SettingError } from './setting-error.ts';

/** What Lambda gives at most, MB. */
const MOST_MEMORY = 10_240;

/** API Gateway's answer may be repeated for at most this long: a banned user is let in until it ends. Seconds. */
const LONGEST_AUTHORIZER_CACHE = 30;

/** The life of a session token, and the longest for which a lost ban may go unnoticed. Seconds. */
const SHORTEST_TOKEN_LIFE = 60;
const LONGEST_TOKEN_LIFE = 86_400;

/** A user who was deleted by mistake must have time to come back; the function takes four digits. Days. */
const FEWEST_RETENTION_DAYS = 7;
const MOST_RETENTION_DAYS = 3_650;

/** @throws SettingError for the first setting that would only fail later, at cold start or in a user's face */
export function validateProps(props: ClerkUserSyncProps): void {
  validateIssuer(props.issuer);
  validateParties(props);
  if (props.clerkApiUrl !== undefined) validateApiUrl(props.clerkApiUrl);
  validateShare(props.clerkShare);
  validateMemory(props.reconcilerMemory);
  validateCacheTtl(props);
  validateTokens(props);
  validateUpdatedAt(props);
  validateTokenLife(props);
  validateRetention(props.retentionDays);
  validateRoster(props);
  validatePrefix(props.scheduleNamePrefix);
  if (props.secret !== undefined) validateSecret(props.secret.secretArn);
  if (props.alarms !== undefined && props.alarms !== 'off') validateThresholds(props.alarms.thresholds ?? {});
}

function validateIssuer(issuer: string): void {
  if (Token.isUnresolved(issuer) || isHttpsUrl(issuer)) return;
  throw new SettingError(
    `issuer is ${JSON.stringify(issuer)}, which is not the URL of a Clerk instance. Set it to the "Frontend API URL" of ` +
      "Clerk's dashboard (API keys), such as https://clerk.example.com, without a slash at the end.",
  );
}

function validateParties({ authorizedParties: parties, missingAzp }: ClerkUserSyncProps): void {
  // Native applications have no origin: for them, allowing tokens without azp may be all there is to allow.
  if (parties.length === 0 && missingAzp !== 'allow') {
    throw new SettingError(
      'authorizedParties is empty, so no token would be accepted. Set it to the origins of your application, such as ' +
        'https://app.example.com, or missingAzp to allow if it has none.',
    );
  }
  const bad = parties.find((party) => !Token.isUnresolved(party) && !isOrigin(party));
  if (bad === undefined) return;
  throw new SettingError(
    `authorizedParties contains ${JSON.stringify(bad)}, which is not an origin as a browser sends it. Write scheme, host and any ` +
      'unusual port, in lower case and without a slash at the end, such as https://app.example.com or http://localhost:5173.',
  );
}

function validateApiUrl(url: string): void {
  if (Token.isUnresolved(url) || (isHttpsUrl(url) && !url.endsWith('/v1'))) return;
  throw new SettingError(
    `clerkApiUrl is ${JSON.stringify(url)}. Leave it out, or set it to an https URL without a slash or /v1 at the end, such as ` +
      'https://api.clerk.com.',
  );
}

function validateShare(share: number | undefined): void {
  if (share === undefined || Token.isUnresolved(share) || (share > 0 && share <= 1)) return;
  throw new SettingError(
    `clerkShare is ${share}. Set it to a number above 0 and up to 1, the share of Clerk's rate limit that reconcile runs may use, ` +
      'or leave it out for 0.5.',
  );
}

function validateMemory(megabytes: number | undefined): void {
  if (megabytes === undefined || Token.isUnresolved(megabytes)) return;
  if (Number.isInteger(megabytes) && megabytes >= MEMORY_SIZES.reconciler && megabytes <= MOST_MEMORY) return;
  throw new SettingError(
    `reconcilerMemory is ${megabytes}. Set it to a whole number of megabytes between ${MEMORY_SIZES.reconciler} and ${MOST_MEMORY}, or ` +
      `leave it out for ${MEMORY_SIZES.reconciler}.`,
  );
}

function validateCacheTtl({ authorizerCacheTtl: ttl, tokenFrom }: ClerkUserSyncProps): void {
  if (ttl === undefined || ttl.isUnresolved()) return;
  const seconds = ttl.toSeconds({ integral: false });
  if (tokenFrom === 'both' && seconds !== 0) {
    throw new SettingError(
      `authorizerCacheTtl is ${seconds} seconds and tokenFrom is both, for which API Gateway has nothing to tell requests ` +
        'apart by. Leave authorizerCacheTtl out, or set tokenFrom to header or cookie.',
    );
  }
  if (seconds <= LONGEST_AUTHORIZER_CACHE && Number.isInteger(seconds)) return;
  throw new SettingError(
    `authorizerCacheTtl is ${seconds} seconds. A banned or deleted user is let in until the cached answer ends: set it to a ` +
      `whole number of seconds, ${LONGEST_AUTHORIZER_CACHE} seconds or less.`,
  );
}

function validateTokens({ audience = [], claimNames = {} }: ClerkUserSyncProps): void {
  const bad = audience.find((value) => !Token.isUnresolved(value) && !/^[\x21-\x2b\x2d-\x7e]{1,250}$/.test(value));
  if (bad !== undefined) {
    throw new SettingError(
      `audience contains ${JSON.stringify(bad)}. Set it to values of the claim aud, without blanks and commas, such as ` +
        'https://api.example.com.',
    );
  }
  const odd = Object.entries(claimNames).find(([, name]) => !/^[^\s,=]{1,250}$/.test(name));
  if (odd === undefined) return;
  throw new SettingError(
    `claimNames has ${JSON.stringify(odd[1])} for ${odd[0]}. Set it to the name of a claim, without blanks, commas and =, such ` +
      'as primary_email.',
  );
}

/** A refreshed token may carry the profile of the one before: by its own times an old profile would pass for a new one. */
function validateUpdatedAt({ claimNames: { updatedAt: name } = {} }: ClerkUserSyncProps): void {
  if (name === undefined || !['iat', 'nbf', 'exp'].includes(name)) return;
  throw new SettingError(
    `claimNames has ${JSON.stringify(name)} for updatedAt, which says when the token was made and not when the user changed. ` +
      'Set it to the name of a claim that has {{user.updated_at}}, or leave it out.',
  );
}

function validateTokenLife({ maxTokenLife: life }: ClerkUserSyncProps): void {
  if (life === undefined || life.isUnresolved()) return;
  const seconds = life.toSeconds({ integral: false });
  if (seconds >= SHORTEST_TOKEN_LIFE && seconds <= LONGEST_TOKEN_LIFE && Number.isInteger(seconds)) return;
  throw new SettingError(
    `maxTokenLife is ${seconds} seconds. Set it to a whole number of seconds between ${SHORTEST_TOKEN_LIFE} seconds and 24 ` +
      'hours, or leave it out for an hour.',
  );
}

function validateRetention(days: ClerkUserSyncProps['retentionDays']): void {
  if (days === undefined || days === 'off' || Token.isUnresolved(days)) return;
  if (Number.isInteger(days) && days >= FEWEST_RETENTION_DAYS && days <= MOST_RETENTION_DAYS) return;
  throw new SettingError(
    `retentionDays is ${days}. Set it to a whole number of days between ${FEWEST_RETENTION_DAYS} and ${MOST_RETENTION_DAYS}, to off ` +
      'to keep the personal fields of deleted users for good, or leave it out for 30.',
  );
}

function validateRoster({
  roster: { defaultCohort, cohortMetadataKey } = { enabled: false },
}: ClerkUserSyncProps): void {
  for (const [name, text] of Object.entries({ defaultCohort, cohortMetadataKey })) {
    if (text === undefined || Token.isUnresolved(text) || (text.trim() === text && /^.{1,256}$/u.test(text))) continue;
    throw new SettingError(
      `roster.${name} is ${JSON.stringify(text)}. Set it to a text of 1 to 256 characters without blanks around it, or leave it out.`,
    );
  }
}

function validatePrefix(prefix: string | undefined): void {
  if (prefix === undefined || Token.isUnresolved(prefix) || /^[0-9A-Za-z_.-]{0,48}$/.test(prefix)) return;
  throw new SettingError(
    `scheduleNamePrefix is ${JSON.stringify(prefix)}. Names of schedules have letters, digits, and . - _ only: set it to at most ` +
      '48 of them, such as staging-.',
  );
}

/** An https URL with nothing after the host and path, and no slash at its end. A Clerk instance behind a proxy has a path. */
function isHttpsUrl(text: string): boolean {
  return /^https:\/\/[^\s?#@]+[^/\s?#@]$/.test(text) && URL.canParse(text);
}

/** Exactly what a browser sends as origin; browser extensions and native shells have schemes of their own. */
export function isOrigin(text: string): boolean {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^\s/,?#@]+$/.test(text) || !URL.canParse(text)) return false;
  return /^https?:/.test(text) ? new URL(text).origin === text : true;
}

function validateSecret(arn: string): void {
  if (Token.isUnresolved(arn) || arn.startsWith('arn:')) return;
  throw new SettingError(
    `secret is ${JSON.stringify(arn)}, by which no policy can name it. Import it by its whole ARN ` +
      '(Secret.fromSecretCompleteArn) or by its name with Secret.fromSecretNameV2.',
  );
}

/** CloudWatch looks back a week at most where a period is an hour. */
const MOST_FULL_RUN_HOURS = 168;

function validateThresholds(thresholds: Partial<AlarmThresholds>): void {
  const bad = Object.entries(thresholds).find(([, value]) => !(Number.isFinite(value) && value >= 0));
  if (bad !== undefined) {
    throw new SettingError(`alarms.thresholds.${bad[0]} is ${bad[1]}. Set it to a number, 0 or more, or leave it out.`);
  }
  const { fullRunHours: hours = 1 } = thresholds;
  if (Number.isInteger(hours) && hours >= 1 && hours <= MOST_FULL_RUN_HOURS) return;
  throw new SettingError(
    `alarms.thresholds.fullRunHours is ${hours}. Set it to a whole number of hours from 1 to ${MOST_FULL_RUN_HOURS}.`,
  );
}
