import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { describe, expect, it } from 'vitest';
import { FUNCTION_NAMES } from '../../infra/constructs/bundles.ts';
import { ENVIRONMENT } from '../../shared/names/environment.ts';
import { addSecondInstance, functionOf, newStack, ofType, only, readResources, resourcesOf, target } from './stack.ts';
import type { LambdaName, Resource } from './stack.ts';

const resources = resourcesOf();
const FUNCTION = 'AWS::Lambda::Function';
const LOG_GROUP = 'AWS::Logs::LogGroup';

describe('every function', () => {
  it('has an entry file, but for the variants of the authorizer, which share its', () => {
    expect(ofType(resources, FUNCTION)).toHaveLength(FUNCTION_NAMES.length + 1);
    for (const name of FUNCTION_NAMES) expect(functionOf(resources, name).Type).toBe(FUNCTION);
    const all = resourcesOf({ optionalAuthorizer: true });
    expect(ofType(all, FUNCTION)).toHaveLength(FUNCTION_NAMES.length + 2);
    const code = (name: LambdaName) => functionOf(all, name).Properties['Code'];
    expect([code('verifyOnly'), code('optionalAuth')]).toEqual([code('authorizer'), code('authorizer')]);
  });

  it.each(FUNCTION_NAMES)('%s runs on Node.js 24 and arm64', (name) => {
    expect(functionOf(resources, name).Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
    });
  });

  it.each(FUNCTION_NAMES)('%s logs JSON to a log group of its own, which forgets', (name) => {
    const logging = functionOf(resources, name).Properties['LoggingConfig'] as { LogFormat: string; LogGroup: unknown };
    expect(logging.LogFormat).toBe('JSON');
    const group = resources.find(({ logicalId }) => logicalId === target(logging.LogGroup));
    expect(group?.Properties).toEqual({ RetentionInDays: 90 });
    expect(logGroupsUsed().filter((id) => id === group?.logicalId)).toHaveLength(1);
  });

  it.each([
    ['authorizer', 5, 1024],
    ['verifyOnly', 5, 1024],
    ['webhook', 14, 512],
    ['users', 20, 512],
    ['whoami', 10, 512],
    ['reconciler', 120, 512],
  ] as const)('%s has %d seconds and %d MB', (name, timeout, memory) => {
    expect(functionOf(resources, name).Properties).toMatchObject({ Timeout: timeout, MemorySize: memory });
  });

  it('reserves processes for the authorizer only when asked to', () => {
    expect(resources.filter(({ Properties }) => 'ReservedConcurrentExecutions' in Properties)).toEqual([]);
    const reserved = functionOf(resourcesOf({ authorizerConcurrency: 50 }), 'authorizer');
    expect(reserved.Properties['ReservedConcurrentExecutions']).toBe(50);
  });

  it.each([
    ['development', 7],
    ['staging', 30],
    ['production', 90],
  ] as const)('in %s keeps logs for %d days', (stage, days) => {
    expect(retentions({ stage })).toEqual(new Set([days]));
  });

  it('keeps logs as long as the prop says', () => {
    expect(retentions({ logRetention: RetentionDays.ONE_YEAR })).toEqual(new Set([365]));
  });

  function logGroupsUsed(): readonly string[] {
    return FUNCTION_NAMES.map((name) => {
      const logging = functionOf(resources, name).Properties['LoggingConfig'] as { LogGroup: unknown };
      return target(logging.LogGroup);
    });
  }

  function retentions(props: Parameters<typeof resourcesOf>[0]): ReadonlySet<unknown> {
    return new Set(ofType(resourcesOf(props), LOG_GROUP).map(({ Properties }) => Properties['RetentionInDays']));
  }
});

describe('configuration', () => {
  const COMMON = [ENVIRONMENT.logLevel, ENVIRONMENT.stage, ENVIRONMENT.stackName];
  const CLERK = [ENVIRONMENT.tableName, ENVIRONMENT.secretArn, ENVIRONMENT.clerkApiUrl, ENVIRONMENT.returningUser];
  const TOKENS = [
    ENVIRONMENT.issuer,
    ENVIRONMENT.authorizedParties,
    ENVIRONMENT.missingAzp,
    ENVIRONMENT.onStoreFailure,
    ENVIRONMENT.tokenFrom,
    ENVIRONMENT.requireEmail,
    ENVIRONMENT.maxTokenLife,
    ENVIRONMENT.authorizerVariant,
  ];
  const READER = [ENVIRONMENT.tableName, ENVIRONMENT.secretArn];
  /** Of the C library, not of our code. */
  const ALLOCATOR = 'MALLOC_ARENA_MAX';

  it.each([
    ['authorizer', [...COMMON, ...CLERK, ...TOKENS]],
    ['verifyOnly', [...COMMON, ...READER, ...TOKENS]],
    ['webhook', [...COMMON, ...CLERK]],
    ['users', [...COMMON, ...CLERK]],
    ['reconciler', [...COMMON, ...CLERK, ENVIRONMENT.clerkShare, ENVIRONMENT.retentionDays, ALLOCATOR]],
    ['changes', [...COMMON, ...CLERK, ENVIRONMENT.eventBus]],
    ['whoami', COMMON],
  ] as const)('of %s is what it needs and nothing else', (name, expected) => {
    expect(Object.keys(environment(resources, name)).toSorted()).toEqual([...expected].toSorted());
  });

  it('has only names that the functions know', () => {
    const known: readonly string[] = [...Object.values(ENVIRONMENT), ALLOCATOR];
    for (const name of FUNCTION_NAMES) {
      for (const variable of Object.keys(environment(resources, name))) expect(known).toContain(variable);
    }
  });

  it('lets the reconciler alone have one arena for all its threads, which keeps its memory flat', () => {
    const arenas = FUNCTION_NAMES.map((name) => [name, environment(resources, name)[ALLOCATOR]]);
    expect(arenas.filter(([, value]) => value !== undefined)).toEqual([['reconciler', '1']]);
  });

  it('carries no secret: only the ARN of the one in Secrets Manager, which holds placeholders', () => {
    const secret = only(resources, 'AWS::SecretsManager::Secret');
    const all = FUNCTION_NAMES.map((name) => environment(resources, name));
    const names = all.flatMap((variables) => Object.keys(variables));
    for (const forbidden of [ENVIRONMENT.secretKey, ENVIRONMENT.webhookSecrets, ENVIRONMENT.jwtKeys]) {
      expect(names).not.toContain(forbidden);
    }
    const arns = all.flatMap((variables) => variables[ENVIRONMENT.secretArn] ?? []);
    expect(arns.map(target)).toEqual(Array.from({ length: 5 }, () => secret.logicalId));
    expect(JSON.stringify(resources)).not.toMatch(/sk_(live|test)_|whsec_|BEGIN [A-Z ]*KEY/);
    expect(JSON.parse(String(secret.Properties['SecretString']))).toEqual({
      secretKey: 'REPLACE-ME',
      webhookSecrets: ['REPLACE-ME'],
      jwtKeys: ['REPLACE-ME'],
      adminKeyHashes: [],
    });
  });

  it('follows the props', () => {
    const changed = resourcesOf({
      stage: 'staging',
      clerkApiUrl: 'https://clerk-api.example.com',
      missingAzp: 'allow',
      onStoreFailure: 'deny',
      tokenFrom: 'cookie',
      requireEmail: false,
      returningUser: 'relink',
      audience: ['https://api.example.com', 'orders'],
      claimNames: { email: 'mail', updatedAt: 'changed' },
    });
    expect(environment(changed, 'authorizer')).toMatchObject({
      [ENVIRONMENT.stage]: 'staging',
      [ENVIRONMENT.issuer]: 'https://clerk.example.com',
      [ENVIRONMENT.authorizedParties]: 'https://app.example.com,http://localhost:5173',
      [ENVIRONMENT.clerkApiUrl]: 'https://clerk-api.example.com',
      [ENVIRONMENT.missingAzp]: 'allow',
      [ENVIRONMENT.onStoreFailure]: 'deny',
      [ENVIRONMENT.tokenFrom]: 'cookie',
      [ENVIRONMENT.requireEmail]: 'false',
      [ENVIRONMENT.returningUser]: 'relink',
      [ENVIRONMENT.audience]: 'https://api.example.com,orders',
      [ENVIRONMENT.claimNames]: 'email=mail,updatedAt=changed',
    });
  });

  it('says for how long deleted users are kept: 30 days, as many as the props say, or for good', () => {
    const days = (props: Parameters<typeof resourcesOf>[0]) =>
      environment(resourcesOf(props), 'reconciler')[ENVIRONMENT.retentionDays];
    expect([days({}), days({ retentionDays: 7 }), days({ retentionDays: 'off' })]).toEqual(['30', '7', 'off']);
  });

  it('says how users are linked to the roster only where there is one', () => {
    const roster = { defaultCohort: 'open', cohortMetadataKey: 'cohort' };
    const all = resourcesOf({ roster: { enabled: true, ...roster } });
    for (const name of ['authorizer', 'webhook', 'users', 'reconciler', 'changes'] as const) {
      expect(environment(all, name)).toMatchObject({
        [ENVIRONMENT.roster]: 'on',
        [ENVIRONMENT.rosterDefaultCohort]: 'open',
        [ENVIRONMENT.rosterCohortKey]: 'cohort',
      });
    }
    for (const name of ['verifyOnly', 'whoami'] as const)
      expect(environment(all, name)).not.toHaveProperty(ENVIRONMENT.roster);
    expect(environment(resourcesOf({ roster: { enabled: false, ...roster } }), 'webhook')).toEqual(
      environment(resources, 'webhook'),
    );
  });

  it('of the variants differs from that of the authorizer by the variant, and by what one needs that only reads', () => {
    const all = resourcesOf({ optionalAuthorizer: true, tokenFrom: 'cookie', audience: ['orders'] });
    const {
      [ENVIRONMENT.clerkApiUrl]: _api,
      [ENVIRONMENT.returningUser]: _back,
      ...reader
    } = environment(all, 'authorizer');
    const variant = (name: string) => ({ [ENVIRONMENT.authorizerVariant]: name });
    expect(environment(all, 'authorizer')).toMatchObject(variant('syncing'));
    expect(environment(all, 'optionalAuth')).toEqual({ ...environment(all, 'authorizer'), ...variant('optional') });
    expect(environment(all, 'verifyOnly')).toEqual({ ...reader, ...variant('verify-only') });
  });

  it("gives runs half of Clerk's rate limit, or the share that the props say", () => {
    expect(environment(resources, 'reconciler')).toMatchObject({ [ENVIRONMENT.clerkShare]: '0.5' });
    const changed = resourcesOf({ clerkShare: 0.05, reconcilerMemory: 1_769 });
    expect(functionOf(changed, 'reconciler').Properties).toMatchObject({ MemorySize: 1_769 });
    expect(environment(changed, 'reconciler')).toMatchObject({ [ENVIRONMENT.clerkShare]: '0.05' });
  });

  it('has defaults for all that is optional', () => {
    expect(environment(resources, 'authorizer')).toMatchObject({
      [ENVIRONMENT.stage]: 'production',
      [ENVIRONMENT.clerkApiUrl]: 'https://api.clerk.com',
      [ENVIRONMENT.missingAzp]: 'deny',
      [ENVIRONMENT.onStoreFailure]: 'allow',
      [ENVIRONMENT.tokenFrom]: 'header',
      [ENVIRONMENT.requireEmail]: 'true',
      [ENVIRONMENT.returningUser]: 'fresh',
    });
  });

  it('tells the metrics of two instances apart, in one stack or in two', () => {
    const stack = newStack();
    addSecondInstance(stack);
    const names = ofType(readResources(stack), FUNCTION).map(
      (resource) => variablesOf(resource)[ENVIRONMENT.stackName],
    );
    expect(new Set(names)).toEqual(new Set(['clerk-sync-test/Sync', 'clerk-sync-test/Second']));
  });
});

function environment(all: readonly Resource[], name: LambdaName): Record<string, unknown> {
  return variablesOf(functionOf(all, name));
}

function variablesOf(resource: Resource): Record<string, unknown> {
  return (resource.Properties['Environment'] as { Variables: Record<string, unknown> }).Variables;
}
