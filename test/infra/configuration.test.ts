import { describe, expect, it } from 'vitest';
import {
  parseAdminConfig,
  parseAuthorizerConfig,
  parseReconcilerConfig,
  parseUsersConfig,
  parseWebhookConfig,
} from '../../shared/config/config.ts';
import type { ClerkUserSyncProps } from '../../infra/constructs/clerk-user-sync-props.ts';
import { functionOf, resourcesOf } from './stack.ts';
import type { LambdaName } from './stack.ts';

/** Both sides have rules for the same settings: what the construct lets through must not fail a function's cold start. */
describe('what the construct sets, the functions accept:', () => {
  it.each([
    ['the defaults', {}],
    ['an issuer behind a proxy', { issuer: 'https://app.example.com/__clerk' }],
    ['an API behind a proxy', { clerkApiUrl: 'https://proxy.example.com:8443/clerk' }],
    [
      'origins of every kind',
      { authorizedParties: ['https://app.example.com', 'http://localhost:5173', 'capacitor://localhost'] },
    ],
    ['no origin at all, for a native application', { authorizedParties: [], missingAzp: 'allow' }],
    [
      'everything that can be chosen',
      {
        stage: 'development',
        missingAzp: 'allow',
        onStoreFailure: 'deny',
        tokenFrom: 'both',
        audience: ['https://api.example.com', 'orders'],
        claimNames: { email: 'primary-email', updatedAt: 'changed.at' },
        requireEmail: false,
        clerkApiUrl: 'https://clerk-api.example.com',
        retentionDays: 'off',
        logLevel: 'error',
        roster: { enabled: true, defaultCohort: 'Frühling 2026', cohortMetadataKey: 'cohort' },
      },
    ],
  ] as const)('%s', (_, props) => {
    const resources = resourcesOf({ ...props, optionalAuthorizer: true, admin: true });
    const authorizer = parseAuthorizerConfig(environment('authorizer'));
    const { roster, retentionDays, ...same }: Partial<ClerkUserSyncProps> = props;
    const cohort = { fallback: roster?.defaultCohort, metadataKey: roster?.cohortMetadataKey };
    expect(authorizer).toMatchObject({ issuer: 'https://clerk.example.com', ...same, secrets: { kind: 'secret' } });
    expect(authorizer.roster).toEqual(roster && { cohort });
    for (const [name, variant] of [
      ['verifyOnly', 'verify-only'],
      ['optionalAuth', 'optional'],
    ] as const) {
      const { clerkApiUrl: _, roster: __, ...shared } = authorizer;
      expect(parseAuthorizerConfig(environment(name))).toMatchObject({ ...shared, variant });
    }
    expect(parseWebhookConfig(environment('webhook'))).toMatchObject({ stage: authorizer.stage });
    expect(parseUsersConfig(environment('users'))).toMatchObject({ stackName: authorizer.stackName });
    const reconcilerArn = 'arn:aws:lambda:eu-west-1:111122223333:function:reconciler:live';
    expect(parseAdminConfig({ ...environment('admin'), RECONCILER_ARN: reconcilerArn })).toMatchObject({
      roster: authorizer.roster,
      reconcilerArn,
    });
    expect(parseReconcilerConfig(environment('reconciler'))).toMatchObject({
      clerkApiUrl: authorizer.clerkApiUrl,
      roster: authorizer.roster,
      retentionDays: retentionDays === 'off' ? undefined : 30,
    });

    /** The variables as the process will have them, with the logical id for a physical one. */
    function environment(name: LambdaName): Record<string, string> {
      const { Variables } = functionOf(resources, name).Properties['Environment'] as {
        Variables: Record<string, unknown>;
      };
      const entries = Object.entries(Variables).map(([variable, value]) => [variable, plain(value)] as const);
      return Object.fromEntries(entries);
    }
  });
});

function plain(value: unknown): string {
  return typeof value === 'string' ? value : (value as { Ref: string }).Ref;
}
