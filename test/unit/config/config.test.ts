import { describe, expect, it } from 'vitest';
import { ConfigInvalid } from '../../../shared/config/config-error.ts';
import {
  parseAuthorizerConfig,
  parseConfig,
  parseReconcilerConfig,
  parseUsersConfig,
  parseWebhookConfig,
} from '../../../shared/config/config.ts';
import type { Environment } from '../../../shared/config/field.ts';

const COMPLETE: Environment = {
  TABLE_NAME: 'users',
  METRICS_STACK: 'Sync/test',
  CLERK_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:example',
  CLERK_ISSUER: 'https://clerk.example.com',
  CLERK_AUTHORIZED_PARTIES: 'https://app.example.com',
};

function problemsOf(parse: () => unknown): readonly string[] {
  try {
    parse();
  } catch (error) {
    if (error instanceof ConfigInvalid) return error.problems;
    throw error;
  }
  return [];
}

const problemsWith = (overrides: Environment) => problemsOf(() => parseAuthorizerConfig({ ...COMPLETE, ...overrides }));

describe("the authorizer's configuration", () => {
  it('needs five variables and has the strict or usual value for the rest', () => {
    expect(parseAuthorizerConfig(COMPLETE)).toEqual({
      tableName: 'users',
      stackName: 'Sync/test',
      stage: 'production',
      logLevel: 'info',
      clerkApiUrl: 'https://api.clerk.com',
      secrets: { kind: 'secret', secretArn: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:example' },
      issuer: 'https://clerk.example.com',
      authorizedParties: ['https://app.example.com'],
      missingAzp: 'deny',
      audience: [],
      claimNames: {},
      variant: 'syncing',
      tokenFrom: 'header',
      onStoreFailure: 'allow',
      requireEmail: true,
      maxTokenLifeMs: 3_600_000,
      returningUser: 'fresh',
    });
  });

  it('takes every variable', () => {
    const config = parseAuthorizerConfig({
      ...COMPLETE,
      CLERK_AUTHORIZED_PARTIES: ' https://app.example.com , http://localhost:5173,chrome-extension://abcdef ',
      CLERK_API_URL: 'http://127.0.0.1:8080',
      MISSING_AZP: 'allow',
      CLERK_AUDIENCE: 'https://api.example.com, orders',
      CLAIM_NAMES: 'email=mail, updatedAt=changed_at',
      AUTHORIZER_VARIANT: 'optional',
      ON_STORE_FAILURE: 'deny',
      RETURNING_USER: 'relink',
      TOKEN_FROM: 'both',
      REQUIRE_EMAIL: 'false',
      MAX_TOKEN_LIFE: '86400',
      STAGE: 'staging',
      LOG_LEVEL: 'warn',
    });
    expect(config).toMatchObject({
      authorizedParties: ['https://app.example.com', 'http://localhost:5173', 'chrome-extension://abcdef'],
      clerkApiUrl: 'http://127.0.0.1:8080',
      missingAzp: 'allow',
      audience: ['https://api.example.com', 'orders'],
      claimNames: { email: 'mail', updatedAt: 'changed_at' },
      variant: 'optional',
      onStoreFailure: 'deny',
      returningUser: 'relink',
      tokenFrom: 'both',
      requireEmail: false,
      maxTokenLifeMs: 86_400_000,
      stage: 'staging',
      logLevel: 'warn',
    });
  });

  it('lists everything that is wrong at once, by name and with what to do', () => {
    const environment = { CLERK_ISSUER: 'http://clerk.example.com', STAGE: 'live', REQUIRE_EMAIL: 'yes' };
    const problems = problemsOf(() => parseAuthorizerConfig(environment));
    expect(problems.map((problem) => /^[A-Z_]+/.exec(problem)?.[0])).toEqual([
      'TABLE_NAME',
      'METRICS_STACK',
      'STAGE',
      'CLERK_SECRET_ARN',
      'CLERK_ISSUER',
      'CLERK_AUTHORIZED_PARTIES',
      'REQUIRE_EMAIL',
    ]);
    expect(() => parseAuthorizerConfig(environment)).toThrow(problems.join(' '));
  });

  it.each(['', '   '])('takes a blank variable (%j) for one that is not set', (blank) => {
    expect(problemsWith({ TABLE_NAME: blank })).toMatchObject([expect.stringMatching(/^TABLE_NAME is not set/)]);
    expect(problemsWith({ STAGE: blank })).toEqual([]);
  });

  it.each([
    ['LOG_LEVEL', 'loud'],
    ['TABLE_NAME', 'ab'],
    ['TABLE_NAME', 'a/b/c'],
    ['METRICS_STACK', 'tab\tname'],
    ['CLERK_ISSUER', 'clerk.example.com'],
    ['CLERK_ISSUER', 'http://clerk.example.com'],
    ['CLERK_ISSUER', 'https://clerk.example.com/'],
    ['CLERK_ISSUER', 'https://clerk.example.com?x=1'],
    ['CLERK_ISSUER', 'https://user:password@clerk.example.com'],
    ['CLERK_API_URL', 'http://api.example.com'],
    ['CLERK_API_URL', 'https://api.clerk.com/'],
    ['CLERK_API_URL', 'https://api.clerk.com/v1'],
    ['CLERK_API_URL', 'ftp://localhost'],
    ['CLERK_API_URL', 'http://localhost.example.com'],
    ['CLERK_AUTHORIZED_PARTIES', ','],
    ['CLERK_AUTHORIZED_PARTIES', 'app.example.com'],
    ['CLERK_AUTHORIZED_PARTIES', 'https://app.example.com/'],
    ['CLERK_AUTHORIZED_PARTIES', 'https://app.example.com/path'],
    ['CLERK_AUTHORIZED_PARTIES', 'https://App.example.com'],
    ['CLERK_AUTHORIZED_PARTIES', 'https://app.example.com:443'],
    ['CLERK_AUTHORIZED_PARTIES', 'https://*.example.com/'],
    ['CLERK_AUTHORIZED_PARTIES', 'https://ok.example.com,null'],
    ['MISSING_AZP', 'ALLOW'],
    ['ON_STORE_FAILURE', 'true'],
    ['RETURNING_USER', 'merge'],
    ['TOKEN_FROM', 'query'],
    ['CLERK_AUDIENCE', 'an audience with blanks'],
    ['CLAIM_NAMES', 'email'],
    ['CLAIM_NAMES', 'email='],
    ['CLAIM_NAMES', 'email=a=b'],
    ['CLAIM_NAMES', 'email=a,email=b'],
    ['CLAIM_NAMES', 'phone=tel'],
    ['CLAIM_NAMES', 'updatedAt=iat'],
    ['CLAIM_NAMES', 'updatedAt=nbf'],
    ['CLAIM_NAMES', 'email=mail,updatedAt=exp'],
    ['AUTHORIZER_VARIANT', 'strict'],
    ['REQUIRE_EMAIL', '1'],
    ['MAX_TOKEN_LIFE', '59'],
    ['MAX_TOKEN_LIFE', '86401'],
    ['MAX_TOKEN_LIFE', '90.5'],
    ['MAX_TOKEN_LIFE', '1h'],
    ['MAX_TOKEN_LIFE', '1e3'],
    ['STAGE', 'prod'],
  ])('refuses %s=%j', (name, value) => {
    const problems = problemsWith({ [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name} `));
  });

  it('never repeats a value: a secret may have been put into the wrong variable', () => {
    const names = [
      ...Object.keys(COMPLETE),
      'CLERK_API_URL',
      'MISSING_AZP',
      'RETURNING_USER',
      'CLERK_AUDIENCE',
      'CLAIM_NAMES',
      'AUTHORIZER_VARIANT',
      'ON_STORE_FAILURE',
      'TOKEN_FROM',
      'MAX_TOKEN_LIFE',
      'STAGE',
    ];
    const environment = Object.fromEntries(names.map((name) => [name, 'sk_test_example\u0000']));
    const problems = problemsOf(() => parseAuthorizerConfig(environment));
    expect(problems).toHaveLength(names.length - 1);
    expect(problems.join()).not.toContain('sk_test');
  });

  it('may have no authorized party only where tokens without one are let in', () => {
    expect(problemsWith({ CLERK_AUTHORIZED_PARTIES: undefined })).toHaveLength(1);
    const config = parseAuthorizerConfig({ ...COMPLETE, CLERK_AUTHORIZED_PARTIES: '', MISSING_AZP: 'allow' });
    expect(config).toMatchObject({ authorizedParties: [], missingAzp: 'allow' });
  });

  it.each(['http://localhost:1', 'http://127.0.0.1:1', 'http://[::1]:1', 'https://clerk.example.com/proxy'])(
    'may reach Clerk at %s',
    (url) => {
      expect(parseAuthorizerConfig({ ...COMPLETE, CLERK_API_URL: url }).clerkApiUrl).toBe(url);
    },
  );
});

describe('the roster', () => {
  const rosterOf = (environment: Environment) => parseWebhookConfig({ ...COMPLETE, ...environment }).roster;

  it('is off unless it is on, and has the cohorts that are set', () => {
    expect([rosterOf({}), rosterOf({ ROSTER: 'off', ROSTER_DEFAULT_COHORT: 'open' })]).toEqual([undefined, undefined]);
    expect(rosterOf({ ROSTER: 'on' })).toEqual({ cohort: {} });
    expect(rosterOf({ ROSTER: 'on', ROSTER_DEFAULT_COHORT: 'open', ROSTER_COHORT_KEY: 'cohort' })).toEqual({
      cohort: { fallback: 'open', metadataKey: 'cohort' },
    });
  });

  it.each([
    ['ROSTER', { ROSTER: 'true' }],
    ['ROSTER_DEFAULT_COHORT', { ROSTER: 'on', ROSTER_DEFAULT_COHORT: 'x'.repeat(257) }],
    ['ROSTER_COHORT_KEY', { ROSTER: 'on', ROSTER_COHORT_KEY: '\uD83D' }],
  ])('is not usable with a wrong %s', (name, environment) => {
    expect(problemsOf(() => rosterOf(environment))).toMatchObject([expect.stringMatching(new RegExp(`^${name} `))]);
  });
});

describe('retention', () => {
  const daysOf = (text?: string) => parseReconcilerConfig({ ...COMPLETE, RETENTION_DAYS: text }).retentionDays;

  it('is 30 days unless something else is said, and may be off', () => {
    expect([undefined, '', '7', '3650', 'off'].map(daysOf)).toEqual([30, 30, 7, 3650, undefined]);
  });

  it.each(['6', '0', '-7', '7.5', '3651', '1e3', 'OFF', 'never', '30 days'])('is never %j', (text) => {
    const problems = problemsOf(() => parseReconcilerConfig({ ...COMPLETE, RETENTION_DAYS: text }));
    expect(problems).toMatchObject([expect.stringMatching(/^RETENTION_DAYS is not valid: .* 7 to 3650, or to off/)]);
  });
});

describe('the place of the keys', () => {
  it('is asked for no more than the variant needs: one that verifies only never asks Clerk', () => {
    const environment = { ...COMPLETE, CLERK_SECRET_ARN: undefined, CLERK_JWT_KEYS: 'c' };
    expect(problemsOf(() => parseAuthorizerConfig(environment))).toHaveLength(1);
    const verifyOnly = { ...environment, AUTHORIZER_VARIANT: 'verify-only' };
    expect(parseAuthorizerConfig(verifyOnly)).toMatchObject({ variant: 'verify-only' });
  });

  const withoutSecret: Environment = { ...COMPLETE, CLERK_SECRET_ARN: undefined };
  const keys = { CLERK_SECRET_KEY: 'a', CLERK_WEBHOOK_SECRETS: 'b', CLERK_JWT_KEYS: 'c' };

  it('is the environment where there is no secret', () => {
    expect(parseConfig({ ...withoutSecret, ...keys }).secrets).toEqual({
      kind: 'environment',
      secretKey: 'a',
      webhookSecrets: 'b',
      jwtKeys: 'c',
    });
  });

  it('is the secret where there are both', () => {
    expect(parseConfig({ ...COMPLETE, ...keys }).secrets).toMatchObject({ kind: 'secret' });
  });

  it.each([
    ['the authorizer', parseAuthorizerConfig, ['CLERK_SECRET_KEY', 'CLERK_JWT_KEYS']],
    ['the webhook', parseWebhookConfig, ['CLERK_SECRET_KEY', 'CLERK_WEBHOOK_SECRETS']],
    ['the reconciler', parseReconcilerConfig, ['CLERK_SECRET_KEY']],
    ['the users', parseUsersConfig, ['CLERK_SECRET_KEY']],
    ['everything', parseConfig, ['CLERK_SECRET_KEY', 'CLERK_WEBHOOK_SECRETS', 'CLERK_JWT_KEYS']],
  ])('must have what %s needs, and no more', (_name, parse, needed) => {
    const [problem = '', ...rest] = problemsOf(() => parse(withoutSecret));
    expect(rest).toEqual([]);
    expect(problem.match(/CLERK_(?:SECRET_KEY|WEBHOOK_SECRETS|JWT_KEYS)/g)).toEqual(needed);
    const enough = Object.fromEntries(needed.map((name) => [name, 'x']));
    expect(problemsOf(() => parse({ ...withoutSecret, ...enough }))).toEqual([]);
  });
});

describe("the share of Clerk's rate limit that runs may use", () => {
  const shareOf = (CLERK_SHARE?: string): number => parseReconcilerConfig({ ...COMPLETE, CLERK_SHARE }).clerkShare;

  it('is a half, or what the variable says', () => {
    expect([undefined, ' ', '1', '0.05', '.5', '1e-3'].map(shareOf)).toEqual([0.5, 0.5, 1, 0.05, 0.5, 0.001]);
  });

  it.each(['0', '-0.5', '1.01', '50%', 'half', 'NaN', 'Infinity'])('is not %s', (text) => {
    const problems = problemsOf(() => shareOf(text));
    expect(problems).toEqual([
      expect.stringMatching(/^CLERK_SHARE is not valid: .*above 0 and up to 1.*leave it out for 0\.5/),
    ]);
  });
});

describe('what a function does not use', () => {
  it('is not asked for', () => {
    const environment = { ...COMPLETE, CLERK_ISSUER: undefined, CLERK_AUTHORIZED_PARTIES: undefined };
    for (const parse of [parseWebhookConfig, parseReconcilerConfig, parseUsersConfig]) {
      expect(problemsOf(() => parse(environment))).toEqual([]);
    }
  });
});
