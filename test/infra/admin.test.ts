import { describe, expect, it } from 'vitest';
import { ACTIONS } from '../../functions/admin/actions.ts';
import {
  aliasOf,
  functionOf,
  newStack,
  ofType,
  only,
  readResources,
  resourcesOf,
  statementsOfFunction,
  target,
} from './stack.ts';

const resources = resourcesOf({ admin: true });
const ROUTE = 'AWS::ApiGatewayV2::Route';
const keysOf = (all: typeof resources): string[] =>
  ofType(all, ROUTE).map(({ Properties }) => String(Properties['RouteKey']));

describe('the admin API', () => {
  it.each([{}, { admin: false }])('is not in the template unless it is asked for: %j', (props) => {
    const without = resourcesOf(props);
    expect(JSON.stringify(without)).not.toMatch(/\/admin|FunctionsAdmin|RECONCILER_ARN/);
    expect(keysOf(without).filter((key) => key.includes('admin'))).toEqual([]);
  });

  it('has a route for every action, and an action for every route', () => {
    const routes = keysOf(resources).filter((key) => key.includes('/admin/'));
    expect(routes.toSorted()).toEqual(Object.keys(ACTIONS).toSorted());
  });

  it('stands behind no authorizer: its function asks for the key itself', () => {
    const admin = ofType(resources, ROUTE).filter(({ Properties }) =>
      String(Properties['RouteKey']).includes('/admin/'),
    );
    expect(new Set(admin.map(({ Properties }) => Properties['AuthorizationType']))).toEqual(new Set(['NONE']));
  });

  it('leads to the one function', () => {
    const lambda = functionOf(resources, 'admin').logicalId;
    const integrations = ofType(resources, 'AWS::ApiGatewayV2::Integration');
    const own = integrations.filter(({ Properties }) => target(Properties['IntegrationUri']) === lambda);
    expect(own).toHaveLength(1);
    const behind = ofType(resources, ROUTE).filter(({ Properties }) =>
      JSON.stringify(Properties['Target']).includes(own[0]!.logicalId),
    );
    expect(behind).toHaveLength(Object.keys(ACTIONS).length);
  });

  it('has a narrow limit of its own on every route, which the stage waits for', () => {
    const stage = only(resources, 'AWS::ApiGatewayV2::Stage');
    const limits = stage.Properties['RouteSettings'] as Record<string, unknown>;
    for (const key of Object.keys(ACTIONS)) {
      expect(limits[key]).toEqual({ ThrottlingRateLimit: 10, ThrottlingBurstLimit: 15 });
    }
    const admin = ofType(resources, ROUTE).filter(({ Properties }) =>
      String(Properties['RouteKey']).includes('/admin/'),
    );
    expect(stage.DependsOn).toEqual(expect.arrayContaining(admin.map(({ logicalId }) => logicalId)));
  });
});

describe('the admin function', () => {
  it('is done before API Gateway gives up', () => {
    expect(functionOf(resources, 'admin').Properties).toMatchObject({ Timeout: 29, MemorySize: 1024 });
  });

  it('may do exactly this', () => {
    const actions = statementsOfFunction(resources, 'admin').flatMap(({ Action }) => Action);
    expect(actions.toSorted()).toEqual([
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
      'lambda:InvokeFunction',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:GetSecretValue',
    ]);
  });

  it("invokes nothing but the reconciler's alias, the one that it is told of", () => {
    const alias = aliasOf(resources, 'reconciler');
    expect(alias.Properties['Name']).toBe('live');
    const invoke = statementsOfFunction(resources, 'admin').filter(({ Action }) => Action === 'lambda:InvokeFunction');
    expect(invoke.map(({ Resource }) => Resource)).toEqual([{ Ref: alias.logicalId }]);
    const { Variables } = functionOf(resources, 'admin').Properties['Environment'] as {
      Variables: Record<string, unknown>;
    };
    expect(Variables['RECONCILER_ARN']).toEqual({ Ref: alias.logicalId });
  });

  it('is on the dashboard with the others', () => {
    const all = readResources(newStack({ admin: true }));
    const dashboard = JSON.stringify(only(all, 'AWS::CloudWatch::Dashboard').Properties['DashboardBody']);
    expect(dashboard).toContain(functionOf(all, 'admin').logicalId);
    expect(dashboard).toContain('AdminDenied');
  });
});
