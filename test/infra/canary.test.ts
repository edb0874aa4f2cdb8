import { Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaDeploymentConfig } from 'aws-cdk-lib/aws-codedeploy';
import { describe, expect, it } from 'vitest';
import { aliasOf, functionOf, guestWith, newStack, ofType, only, readResources, resourcesOf, target } from './stack.ts';
import type { Resource } from './stack.ts';

const GROUP = 'AWS::CodeDeploy::DeploymentGroup';
const VARIANTS = ['authorizer', 'verifyOnly', 'optionalAuth'] as const;
const resources = resourcesOf({ optionalAuthorizer: true });

describe('a new version of an authorizer in production', () => {
  it.each(VARIANTS)('%s is what an alias names, and CodeDeploy moves that', (name) => {
    const alias = aliasOf(resources, name) as Resource & { UpdatePolicy?: Record<string, Record<string, unknown>> };
    const version = resources.find(({ logicalId }) => logicalId === target(alias.Properties['FunctionVersion']));
    expect(target(version?.Properties['FunctionName'])).toBe(functionOf(resources, name).logicalId);
    const update = alias.UpdatePolicy?.['CodeDeployLambdaAliasUpdate'];
    const group = resources.find(({ logicalId }) => logicalId === target(update?.['DeploymentGroupName']));
    expect(group?.Type).toBe(GROUP);
  });

  it('has a tenth of the requests for ten minutes, in which alarms that are looked at over five can ring', () => {
    for (const { Properties } of ofType(resources, GROUP)) {
      expect(Properties['DeploymentConfigName']).toBe('CodeDeployDefault.LambdaCanary10Percent10Minutes');
      const alarms = alarmsOf(resources, Properties);
      expect(alarms.map(({ id }) => id)).toEqual([
        'SyncFailures',
        'ApiErrors',
        'AuthorizerThrottled',
        'AuthorizerSlow',
      ]);
      for (const { seconds } of alarms.filter(({ id }) => id !== 'SyncFailures'))
        expect(seconds).toBeLessThanOrEqual(300);
    }
  });

  it('goes back on an alarm, a failure or when somebody stops it', () => {
    const events = ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_REQUEST', 'DEPLOYMENT_STOP_ON_ALARM'];
    for (const { Properties } of ofType(resources, GROUP)) {
      expect(Properties['AutoRollbackConfiguration']).toEqual({ Enabled: true, Events: events });
    }
  });

  it('is moved by a role that may move these aliases and no other', () => {
    const [role] = new Set(ofType(resources, GROUP).map(({ Properties }) => target(Properties['ServiceRoleArn'])));
    const policies = ofType(resources, 'AWS::IAM::Policy').filter(({ Properties }) =>
      JSON.stringify(Properties['Roles']).includes(role!),
    );
    expect(resources.find(({ logicalId }) => logicalId === role)?.Properties).not.toHaveProperty('ManagedPolicyArns');
    const text = JSON.stringify(policies.map(({ Properties }) => Properties['PolicyDocument']));
    expect(text.match(/lambda:UpdateAlias/g)).toHaveLength(1);
    for (const name of VARIANTS) expect(text).toContain(`"${functionOf(resources, name).logicalId}","Arn"]},":live"`);
  });

  it('waits for that role to have its permissions', () => {
    for (const { DependsOn } of ofType(resources, GROUP)) {
      expect(DependsOn?.filter((id) => /MoveAliases|WatchAlarms/.test(id))).toHaveLength(2);
    }
  });
});

describe('a deployment', () => {
  it.each(['staging', 'development'] as const)('is at once in %s, through the alias all the same', (stage) => {
    const all = resourcesOf({ stage });
    expect(ofType(all, GROUP)).toEqual([]);
    expect(aliasOf(all, 'authorizer').Properties['Name']).toBe('live');
  });

  it('may be at once in production, too', () => {
    expect(ofType(resourcesOf({ deployment: 'at-once' }), GROUP)).toEqual([]);
  });

  it('is at once without alarms, since nothing would bring the old version back', () => {
    expect(ofType(resourcesOf({ alarms: 'off' }), GROUP)).toEqual([]);
  });

  it('without alarms goes back only when it fails, where steps are asked for all the same', () => {
    const [group] = ofType(resourcesOf({ alarms: 'off', deployment: {} }), GROUP);
    expect(JSON.stringify(group?.Properties['AutoRollbackConfiguration'])).not.toContain('ALARM');
  });

  it('takes other steps, and alarms of the API whose routes are yours', () => {
    const guest = guestWith((stack) => {
      const metric = new Metric({ namespace: 'AWS/ApiGateway', metricName: '5xx' });
      const alarm = new Alarm(stack, 'ShopErrors', { metric, threshold: 1, evaluationPeriods: 1 });
      return { deployment: { config: LambdaDeploymentConfig.LINEAR_10PERCENT_EVERY_1MINUTE, alarms: [alarm] } };
    });
    const [group] = ofType(guest.resources(), GROUP);
    expect(group?.Properties['DeploymentConfigName']).toBe('CodeDeployDefault.LambdaLinear10PercentEvery1Minute');
    expect(JSON.stringify(group?.Properties['AlarmConfiguration'])).toContain('ShopErrors');
  });

  it('with another log level replaces whatever has read the secret: new versions behind aliases, new processes elsewhere', () => {
    const [before = [], after = []] = (['info', 'warn'] as const).map((logLevel) =>
      resourcesOf({ optionalAuthorizer: true, admin: true, logLevel, deployment: 'at-once' }),
    );
    const versions = (all: readonly Resource[]): readonly string[] =>
      ofType(all, 'AWS::Lambda::Version').map(({ logicalId }) => logicalId);
    expect(versions(after)).toHaveLength(4);
    expect(versions(before).filter((id) => versions(after).includes(id))).toEqual([]);
    const readers = ofType(after, 'AWS::Lambda::Function').filter(({ Properties }) =>
      JSON.stringify(Properties['Environment'] ?? '').includes('CLERK_SECRET_ARN'),
    );
    expect(readers).toHaveLength(8);
    for (const { logicalId, Properties } of readers) {
      const old = before.find((each) => each.logicalId === logicalId)?.Properties['Environment'];
      expect([logicalId, Properties['Environment']]).not.toEqual([logicalId, old]);
    }
  });

  it('leaves the names by which functions are measured and found as they were', () => {
    const stack = newStack();
    const all = readResources(stack);
    const dashboard = JSON.stringify(only(all, 'AWS::CloudWatch::Dashboard').Properties['DashboardBody']);
    expect(dashboard).toContain(functionOf(all, 'authorizer').logicalId);
    expect(dashboard).not.toContain('Alias');
  });
});

function alarmsOf(all: readonly Resource[], group: Resource['Properties']): { id: string; seconds: number }[] {
  const { Alarms } = group['AlarmConfiguration'] as { Alarms: { Name: unknown }[] };
  return Alarms.map(({ Name }) => {
    const alarm = all.find(({ logicalId }) => logicalId === target(Name));
    const own = alarm?.Properties as {
      AlarmName: string;
      Period?: number;
      Metrics?: { MetricStat?: { Period: number } }[];
    };
    const periods = own.Metrics?.flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Period] : [])) ?? [];
    return { id: own.AlarmName.split('-').at(-1) ?? '', seconds: Math.max(own.Period ?? 0, ...periods) };
  });
}
