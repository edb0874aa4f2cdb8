import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { SettingError } from '../../infra/constructs/setting-error.ts';
import { ClerkSyncStack } from '../../infra/stacks/clerk-sync-stack.ts';
import { createApp } from '../../infra/stacks/create-app.ts';
import { EXAMPLE_ISSUER } from '../../infra/stacks/settings.ts';
import { STAGES } from '../../infra/constructs/stage.ts';
import { authorizerOf, bundles, functionOf, newDirectory, ofType, readResources } from './stack.ts';

const REQUIRED = { issuer: 'https://clerk.example.com', authorizedParties: 'https://app.example.com' };

describe('the app', () => {
  it.each(STAGES)('synthesises %s with the checks on', (stage) => {
    const app = createApp({ outdir: newDirectory(), context: { ...REQUIRED, stage } }, bundles);
    expect(app.synth().stacks.map(({ stackName }) => stackName)).toEqual([`clerk-sync-${stage}`]);
  });

  it('takes the production shape unless told otherwise, and protects the stack', () => {
    const stack = stackWith({});
    expect(stack.stackName).toBe('clerk-sync-production');
    expect(stack.terminationProtection).toBe(true);
    expect(stackWith({ stage: 'staging' }).terminationProtection).toBe(false);
  });

  it('names what a person and the commands need next in its outputs', () => {
    const { Outputs } = Template.fromStack(stackWith({})).toJSON() as { Outputs: Record<string, { Value: unknown }> };
    expect(Object.keys(Outputs).toSorted()).toEqual([
      'AlarmTopicArn',
      'ApiUrl',
      'AuthorizerName',
      'EventBusName',
      'ReconcilerName',
      'SecretArn',
      'TableName',
      'WebhookUrl',
    ]);
    expect(JSON.stringify(Outputs['WebhookUrl']?.Value)).toMatch(/ApiEndpoint.*"\/webhooks\/clerk"/);
  });

  it('needs no account and no region', () => {
    const stack = stackWith({});
    expect(stack.environment).toBe('aws://unknown-account/unknown-region');
  });

  it('hands the context on to the functions', () => {
    const stack = stackWith({
      authorizedParties: 'https://a.example.com, https://b.example.com',
      clerkApiUrl: 'https://clerk-api.example.com',
      clerkShare: '0.25',
      reconcilerMemory: '1024',
      missingAzp: 'allow',
      onStoreFailure: 'deny',
      tokenFrom: 'cookie',
      audience: 'https://api.example.com, orders',
      claimNames: 'email=mail, updatedAt=changed',
      optionalAuthorizer: 'true',
      requireEmail: 'false',
      authorizerCacheSeconds: '5',
      maxTokenLifeSeconds: '600',
    });
    const resources = readResources(stack);
    expect(functionOf(resources, 'authorizer').Properties['Environment']).toMatchObject({
      Variables: {
        CLERK_ISSUER: 'https://clerk.example.com',
        CLERK_AUTHORIZED_PARTIES: 'https://a.example.com,https://b.example.com',
        CLERK_API_URL: 'https://clerk-api.example.com',
        MISSING_AZP: 'allow',
        ON_STORE_FAILURE: 'deny',
        TOKEN_FROM: 'cookie',
        CLERK_AUDIENCE: 'https://api.example.com,orders',
        CLAIM_NAMES: 'email=mail,updatedAt=changed',
        REQUIRE_EMAIL: 'false',
        MAX_TOKEN_LIFE: '600',
      },
    });
    expect(functionOf(resources, 'reconciler').Properties['Environment']).toMatchObject({
      Variables: { CLERK_SHARE: '0.25' },
    });
    expect(functionOf(resources, 'optionalAuth').Properties['MemorySize']).toBe(1024);
    expect(authorizerOf(resources, 'Authorizer').Properties['AuthorizerResultTtlInSeconds']).toBe(5);
  });

  it('lets browsers at the origins that it is given call the API from elsewhere, and nobody by default', () => {
    const corsOf = (context: Record<string, unknown>): readonly unknown[] =>
      ofType(readResources(stackWith(context)), 'AWS::ApiGatewayV2::Api').map(
        ({ Properties }) => Properties['CorsConfiguration'],
      );
    expect(corsOf({})).toEqual([undefined]);
    expect(corsOf({ corsOrigins: 'https://app.example.com, http://localhost:5173' })).toEqual([
      {
        AllowOrigins: ['https://app.example.com', 'http://localhost:5173'],
        AllowMethods: ['GET', 'PATCH', 'POST'],
        AllowHeaders: ['authorization', 'content-type'],
        MaxAge: 3_600,
      },
    ]);
  });

  it.each(['*', 'https://app.example.com/', 'app.example.com', 'https://app.example.com/path'])(
    'refuses the cross-origin rule %j',
    (corsOrigins) => {
      expect(() => stackWith({ corsOrigins })).toThrow(SettingError);
      expect(() => stackWith({ corsOrigins })).toThrow(/corsOrigins has .* as -c corsOrigins=https:/);
    },
  );

  it('calls no schedule of one stage as one of another, which CloudFormation would take for the same', () => {
    const namesIn = (context: Record<string, unknown>): readonly unknown[] =>
      ofType(readResources(stackWith(context)), 'AWS::Scheduler::Schedule').map(({ Properties }) => Properties['Name']);
    expect(namesIn({})).toEqual(['clerk-sync-production-Sync-full', 'clerk-sync-production-Sync-incremental']);
    expect(namesIn({ stage: 'staging' })).toEqual([
      'clerk-sync-staging-Sync-full',
      'clerk-sync-staging-Sync-incremental',
    ]);
    expect(namesIn({ scheduleNamePrefix: 'night-' })).toEqual(['night-full', 'night-incremental']);
  });

  it('calls schedules by the runs that they start, as on this machine, where that is asked for', () => {
    const schedules = ofType(readResources(stackWith({ scheduleNamePrefix: '' })), 'AWS::Scheduler::Schedule');
    expect(schedules.map(({ Properties }) => Properties['Name'])).toEqual(['full', 'incremental']);
  });

  it('deploys at once, and traces, where that is asked for', () => {
    const types = (context: Record<string, unknown>): readonly string[] =>
      readResources(stackWith(context)).map(({ Type }) => Type);
    expect(types({})).toContain('AWS::CodeDeploy::DeploymentGroup');
    expect(types({ deployment: 'at-once' })).not.toContain('AWS::CodeDeploy::DeploymentGroup');
    const traced = functionOf(readResources(stackWith({ tracing: 'true' })), 'authorizer');
    expect(traced.Properties['TracingConfig']).toEqual({ Mode: 'Active' });
  });

  it.each(['email', 'email=a=b', 'phone=tel'])('refuses the claim names %j', (claimNames) => {
    expect(() => stackWith({ claimNames })).toThrow(SettingError);
    expect(() => stackWith({ claimNames })).toThrow(/claimNames has .* as -c claimNames=email=mail/);
  });

  it('uses an existing secret when it is given one, and makes none', () => {
    const secretArn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:clerk-AbCdEf';
    const resources = readResources(stackWith({ secretArn }));
    expect(ofType(resources, 'AWS::SecretsManager::Secret')).toEqual([]);
    expect(functionOf(resources, 'webhook').Properties['Environment']).toMatchObject({
      Variables: { CLERK_SECRET_ARN: secretArn },
    });
    const policies = JSON.stringify(ofType(resources, 'AWS::IAM::Policy'));
    expect(policies.split(secretArn)).toHaveLength(7);
  });
});

describe('warnings', () => {
  it('say that the example issuer lets nobody in', () => {
    expect(warningsOf({ issuer: EXAMPLE_ISSUER })).toEqual([
      expect.stringMatching(/issuer is the example .*-c issuer=https:\/\/.*-c authorizedParties=/),
    ]);
  });

  it('name context that nothing reads', () => {
    expect(warningsOf({ stge: 'staging' })).toEqual([expect.stringContaining('the context stge: misspelt')]);
  });

  it('are silent when all is well', () => {
    expect(warningsOf({})).toEqual([]);
  });

  function warningsOf(context: Record<string, unknown>): readonly unknown[] {
    const found = Annotations.fromStack(stackWith(context)).findWarning('*', Match.anyValue());
    return found.map(({ entry }) => entry.data);
  }
});

describe('a setting that cannot be deployed is refused with its name and what to do:', () => {
  it.each([
    [
      'an unknown stage',
      { stage: 'prod' },
      /Context stage is "prod", but must be one of development, staging, production/,
    ],
    ['no issuer', { issuer: '' }, /Context issuer is missing\. Pass it as -c issuer=https:\/\//],
    ['an issuer that is no URL', { issuer: 'clerk.example.com' }, /issuer is "clerk.example.com".*Frontend API URL/],
    [
      'an issuer with a slash at the end',
      { issuer: 'https://clerk.example.com/' },
      /issuer .* without a slash at the end/,
    ],
    ['an issuer without encryption', { issuer: 'http://clerk.example.com' }, /issuer is "http:/],
    ['no authorized party', { authorizedParties: ' , ' }, /authorizedParties is empty.*https:\/\/app\.example\.com/],
    [
      'a party with a path',
      { authorizedParties: 'https://app.example.com/x' },
      /authorizedParties contains .*not an origin/,
    ],
    ['a party that is no text', { authorizedParties: [1] }, /Context authorizedParties is \[1\], but must be a list/],
    ['an API without encryption', { clerkApiUrl: 'http://api.example.com' }, /clerkApiUrl .* https URL/],
    ['an API with a path', { clerkApiUrl: 'https://api.example.com/v1' }, /clerkApiUrl .* without a slash or \/v1/],
    ['too little memory', { reconcilerMemory: 256 }, /reconcilerMemory is 256\. .*between 512 and 10240/],
    ['more memory than there is', { reconcilerMemory: '20000' }, /reconcilerMemory is 20000\./],
    ['half a megabyte', { reconcilerMemory: 600.5 }, /reconcilerMemory/],
    ['no share at all', { clerkShare: 0 }, /clerkShare is 0\. .*above 0 and up to 1/],
    ['more than all', { clerkShare: '1.5' }, /clerkShare is 1\.5\. .*above 0 and up to 1/],
    ['a share in words', { clerkShare: 'half' }, /Context clerkShare is "half", but must be a number/],
    ['a policy that is none', { missingAzp: 'maybe' }, /Context missingAzp is "maybe", but must be one of allow, deny/],
    ['a token from nowhere', { tokenFrom: 'query' }, /Context tokenFrom is "query", but must be one of header, cookie/],
    ['a flag that is none', { requireEmail: 'yes' }, /Context requireEmail is "yes", but must be true or false/],
    [
      'a cache that is too long',
      { authorizerCacheSeconds: 60 },
      /authorizerCacheTtl is 60 seconds.*30 seconds or less/,
    ],
    [
      'a time that is no number',
      { authorizerCacheSeconds: '5s' },
      /authorizerCacheSeconds is "5s", but must be a whole number/,
    ],
    [
      'a secret without its suffix',
      { secretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:clerk' },
      /whole ARN/,
    ],
    ['a suffix that no logical id can have', { tableSuffix: 'a-b' }, /Context tableSuffix is "a-b"/],
    ['a name that no stack can have', { stackName: '1 stack' }, /Context stackName is "1 stack"/],
    ['a roster that is neither on nor off', { roster: 'yes' }, /Context roster is "yes", but must be true or false/],
    ['a cohort of blanks', { roster: true, rosterDefaultCohort: '  ' }, /roster\.defaultCohort is " {2}"/],
    ['a retention that is too short', { retentionDays: 6 }, /retentionDays is 6\. Set it to .* between 7 and 3650/],
    ['a retention of half a day', { retentionDays: 7.5 }, /retentionDays is 7\.5/],
    ['a retention without end but for a number', { retentionDays: 100_000 }, /retentionDays is 100000/],
    ['a prefix that no schedule can have', { scheduleNamePrefix: 'a b' }, /scheduleNamePrefix is "a b"/],
  ])('%s', (_, context, message) => {
    const create = (): unknown => createApp({ context: { ...REQUIRED, ...context } }, bundles);
    expect(create).toThrow(SettingError);
    expect(create).toThrow(message);
  });
});

function stackWith(context: Record<string, unknown>): ClerkSyncStack {
  const app = createApp({ outdir: newDirectory(), context: { ...REQUIRED, ...context } }, bundles);
  const stack = app.node.children.find((child) => child instanceof ClerkSyncStack);
  if (!stack) throw new Error('the app has no stack');
  return stack;
}
