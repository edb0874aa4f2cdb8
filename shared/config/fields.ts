import { ENVIRONMENT } from '../names/environment.ts';
import type { Environment, Field, Read } from './field.ts';
import { choice, required, textOf } from './field.ts';
import { isApiUrl, isIssuer, isOrigin } from './urls.ts';

/** Where Clerk's keys are: in a secret or, for scripts and tests, in the environment. */
export type SecretLocation =
  | { readonly kind: 'secret'; readonly secretArn: string }
  | {
      readonly kind: 'environment';
      readonly secretKey: string | undefined;
      readonly webhookSecrets: string | undefined;
      readonly jwtKeys: string | undefined;
    };

/** What a token's `azp` may be. */
export interface PartyRules {
  /** Origins. */
  readonly authorizedParties: readonly string[];
  readonly missingAzp: 'allow' | 'deny';
}

/** A variable of the environment that a function cannot do without when its keys are not in a secret. */
export type KeyVariable = 'secretKey' | 'webhookSecrets' | 'jwtKeys';

const CLERK_API_URL = 'https://api.clerk.com';

const isTableName = (text: string): boolean => /^[\w.-]{3,255}$/.test(text);
const isEventBus = (text: string): boolean =>
  /^(arn:[\w-]+:events:[\w-]+:\d{12}:event-bus\/)?[\w./-]{1,256}$/.test(text);
const isStackName = (text: string): boolean => /^[\x21-\x7e][\x20-\x7e]{0,249}$/.test(text);

export const tableName = required(
  ENVIRONMENT.tableName,
  isTableName,
  'set it to the name of the DynamoDB table (3 to 255 letters, digits, dots, dashes and underscores)',
);

export const stackName = required(
  ENVIRONMENT.stackName,
  isStackName,
  'set it to a name that tells this deployment from others; every metric carries it',
);

export const eventBus = required(
  ENVIRONMENT.eventBus,
  isEventBus,
  'set it to the name or the ARN of the EventBridge bus on which changes of users are told',
);

const isAliasArn = (text: string): boolean => /^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[\w-]+:[\w-]+$/.test(text);

export const reconcilerArn = required(
  ENVIRONMENT.reconcilerArn,
  isAliasArn,
  "set it to the ARN of the reconciler's alias live (arn:aws:lambda:…:function:…:live), through which runs are started",
);

export const issuer = required(
  ENVIRONMENT.issuer,
  isIssuer,
  "set it to the Clerk instance's Frontend API URL, https and without a slash at its end " +
    '(Clerk dashboard, API keys), such as https://clerk.example.com',
);

export const onStoreFailure = choice(ENVIRONMENT.onStoreFailure, ['allow', 'deny'], 'allow');
export const returningUser = choice(ENVIRONMENT.returningUser, ['fresh', 'relink'], 'fresh');
export const tokenFrom = choice(ENVIRONMENT.tokenFrom, ['header', 'cookie', 'both'], 'header');
export const authorizerVariant = choice(
  ENVIRONMENT.authorizerVariant,
  ['syncing', 'verify-only', 'optional'],
  'syncing',
);
export const stage = choice(ENVIRONMENT.stage, ['development', 'staging', 'production'], 'production');

export const requireEmail: Field<boolean> = (environment) => {
  const { value, ...rest } = choice(ENVIRONMENT.requireEmail, ['true', 'false'], 'true')(environment);
  return { value: value === 'true', ...rest };
};

export const clerkApiUrl: Field<string> = (environment) => {
  const text = textOf(environment, ENVIRONMENT.clerkApiUrl) ?? CLERK_API_URL;
  if (isApiUrl(text)) return { value: text };
  return {
    value: CLERK_API_URL,
    problem:
      `${ENVIRONMENT.clerkApiUrl} is not valid: leave it out for ${CLERK_API_URL}, or set it to an https URL (http only ` +
      'for this machine) without a slash or /v1 at its end.',
  };
};

const HALF = 0.5;

/** The share of Clerk's rate limit that runs may use: the application's own calls need the rest. */
export const clerkShare: Field<number> = (environment) => {
  const share = Number(textOf(environment, ENVIRONMENT.clerkShare) ?? HALF);
  if (share > 0 && share <= 1) return { value: share };
  return {
    value: HALF,
    problem:
      `${ENVIRONMENT.clerkShare} is not valid: set it to a number above 0 and up to 1, the share of Clerk's rate limit that ` +
      `runs may use; leave it out for ${HALF}.`,
  };
};

export const missingAzp = choice(ENVIRONMENT.missingAzp, ['allow', 'deny'], 'deny');

/**
 * Origins whose tokens are accepted. None at all makes sense only where tokens without `azp` are let in: for native
 * applications, which have no origin.
 */
export const authorizedParties: Field<readonly string[]> = (environment) => {
  const name = ENVIRONMENT.authorizedParties;
  const origins = (textOf(environment, name) ?? '').split(',').map((origin) => origin.trim());
  const parties = origins.filter((origin) => origin !== '');
  const isEmptyAllowed = missingAzp(environment).value === 'allow';
  if (parties.length === 0 && !isEmptyAllowed) {
    return wrongParties(
      `${name} is not set: set it to the origins of your web applications, with commas between, such as ` +
        `https://app.example.com. Only with ${ENVIRONMENT.missingAzp}=allow may it be empty.`,
    );
  }
  const wrong = parties.findIndex((party) => !isOrigin(party));
  if (wrong < 0) return { value: parties };
  return wrongParties(
    `${name} is not valid: entry ${wrong + 1} must be an origin as a browser sends it, such as https://app.example.com: ` +
      'lower case, without a path, a slash at its end or the usual port.',
  );
};

function wrongParties(problem: string): Read<readonly string[]> {
  return { value: [], problem };
}

/**
 * Where the keys are. With both, the secret counts: a developer's own environment must not override a deployment's.
 * @param needed the variables that must be set when there is no secret
 */
export function secretLocation(needed: readonly KeyVariable[]): Field<SecretLocation> {
  return (environment) => {
    const secretArn = textOf(environment, ENVIRONMENT.secretArn);
    if (secretArn !== undefined) return { value: { kind: 'secret', secretArn } };
    const missing = needed.map((key) => ENVIRONMENT[key]).filter((name) => textOf(environment, name) === undefined);
    const value = { kind: 'environment' as const, ...keysIn(environment) };
    if (missing.length === 0) return { value };
    return {
      value,
      problem:
        `${ENVIRONMENT.secretArn} is not set: set it to the ARN of the secret with Clerk's keys or, where nothing but ` +
        `this machine is concerned, set ${missing.join(' and ')}.`,
    };
  };
}

function keysIn(environment: Environment): Readonly<Record<KeyVariable, string | undefined>> {
  return {
    secretKey: textOf(environment, ENVIRONMENT.secretKey),
    webhookSecrets: textOf(environment, ENVIRONMENT.webhookSecrets),
    jwtKeys: textOf(environment, ENVIRONMENT.jwtKeys),
  };
}
