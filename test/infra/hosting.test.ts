import { randomUUID } from 'node:crypto';
import { App, Stack } from 'aws-cdk-lib';
import { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { CfnStage, CorsHttpMethod, HttpApi, HttpMethod, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import type { ClerkUserSyncProps } from '../../infra/constructs/clerk-user-sync-props.ts';
import { SettingError } from '../../infra/constructs/setting-error.ts';
import { UserTable } from '../../infra/constructs/user-table.ts';
import { guestIn, guestWith, importedVpc, ofType, only, target } from './stack.ts';
import type { Resource } from './stack.ts';

const TABLE_ARN = 'arn:aws:dynamodb:eu-west-1:111122223333:table/users';
const KEY_ARN = 'arn:aws:kms:eu-west-1:111122223333:key/0a1b';
const WEB_ACL = 'arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/shop/0a1b';
const FUNCTION = 'AWS::Lambda::Function';

describe('an existing table', () => {
  it('that was imported is used and not made, with its stream and its index', () => {
    const text = JSON.stringify(guestWith((stack) => ({ table: imported(stack) })).resources());
    expect(text).not.toContain('AWS::DynamoDB::');
    expect(text).toContain(`"EventSourceArn":"${TABLE_ARN}/stream/2026`);
    expect(text).toContain(`"Resource":"${TABLE_ARN}/index/byGroup"`);
    expect(text).toContain('"TABLE_NAME":"users"');
  });

  it('may be one of UserTable in the same stack, which is the only one then, retained and protected', () => {
    const guest = guestWith((stack) => ({ table: new UserTable(stack, 'Mine'), stage: 'development' }));
    const table = only(guest.resources(), 'AWS::DynamoDB::GlobalTable');
    expect(table.DeletionPolicy).toBe('Retain');
    expect(JSON.stringify(table.Properties['Replicas'])).toContain('"DeletionProtectionEnabled":true');
  });

  it('that a key of yours encrypts may be read and written with that key by DynamoDB alone', () => {
    const guest = guestWith((stack) => ({ table: imported(stack, { encryptionKey: importedKey(stack) }) }));
    const statements = keyStatements(guest.resources());
    expect(new Set(statements.map(({ Resource }) => Resource))).toEqual(new Set([KEY_ARN]));
    expect(JSON.stringify(statements)).not.toContain('*');
    expect(JSON.stringify(statements[0]?.Condition)).toContain('"kms:ViaService":"dynamodb.eu-west-1.amazonaws.com"');
  });

  it('without a stream is refused', () => {
    expect(refusalOf((stack) => ({ table: TableV2.fromTableArn(stack, 'Old', TABLE_ARN) }))).toMatch(
      /^table has no stream .*UserTable.*tableStreamArn to TableV2\.fromTableAttributes/,
    );
  });
});

describe('a key of yours', () => {
  const resources = guestWith((stack) => ({ encryptionKey: importedKey(stack) })).resources();

  it('encrypts the table and the secret', () => {
    expect(JSON.stringify(only(resources, 'AWS::DynamoDB::GlobalTable').Properties)).toContain(KEY_ARN);
    expect(only(resources, 'AWS::SecretsManager::Secret').Properties['KmsKeyId']).toBe(KEY_ARN);
  });

  it('may be used through DynamoDB and Secrets Manager only', () => {
    for (const { Condition } of keyStatements(resources)) {
      expect(JSON.stringify(Condition)).toMatch(
        /"kms:ViaService":"(dynamodb|secretsmanager)\.eu-west-1\.amazonaws\.com"/,
      );
    }
  });

  it('asks for a stack that knows its region, without which the CDK could not name the key of the table', () => {
    const stack = new Stack(new App(), 'anywhere');
    const encryptionKey = importedKey(stack);
    const create = (): unknown => guestIn(stack, { encryptionKey }, randomUUID());
    expect(create).toThrow(SettingError);
    expect(create).toThrow(/^encryptionKey is set in a stack without a region.*env: \{ account, region \}/);
  });

  it('that nothing would be encrypted with is refused', () => {
    expect(
      refusalOf((stack) => ({
        encryptionKey: importedKey(stack),
        table: imported(stack),
        secret: Secret.fromSecretNameV2(stack, 'Mine', 'clerk'),
      })),
    ).toMatch(/^encryptionKey is set, but table and secret are yours/);
  });
});

describe('an existing HTTP API', () => {
  const guest = guestWith((stack) => ({ api: new HttpApi(stack, 'Shop') }));
  const resources = guest.resources();

  it('is given the routes, and stays the only one', () => {
    const api = only(resources, 'AWS::ApiGatewayV2::Api').logicalId;
    const routes = ofType(resources, 'AWS::ApiGatewayV2::Route');
    expect(routes.map(({ Properties }) => String(Properties['RouteKey'])).toSorted()).toEqual([
      'GET /users/me',
      'GET /whoami',
      'PATCH /users/me',
      'POST /users/sync',
      'POST /webhooks/clerk',
    ]);
    expect(new Set(routes.map(({ Properties }) => target(Properties['ApiId'])))).toEqual(new Set([api]));
    expect(guest.sync.webhookUrl).toMatch(/\/webhooks\/clerk$/);
  });

  it('has the limits of these routes on its default stage, beside its own', () => {
    const withOwn = guestWith((stack) => {
      const api = new HttpApi(stack, 'Shop');
      const stage = api.defaultStage?.node.defaultChild;
      if (!(stage instanceof CfnStage)) throw new Error('no stage');
      stage.routeSettings = { 'GET /books': { ThrottlingRateLimit: 3 } };
      return { api };
    });
    expect(only(withOwn.resources(), 'AWS::ApiGatewayV2::Stage').Properties['RouteSettings']).toMatchObject({
      'GET /books': { ThrottlingRateLimit: 3 },
      'POST /webhooks/clerk': { ThrottlingRateLimit: 500 },
    });
  });

  it('without a default stage is warned of: nobody limits the webhook', () => {
    const { stack } = guestWith((stack) => ({ api: new HttpApi(stack, 'Shop', { createDefaultStage: false }) }));
    const warnings = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('no limits of their own'));
    expect(warnings).toHaveLength(1);
  });

  it.each([
    ['cors', { cors: { allowMethods: [CorsHttpMethod.GET] } }],
    ['throttle', { throttle: { rateLimit: 1, burstLimit: 1 } }],
    ['accessLog', { accessLog: true }],
    ['domain', { domain: { name: 'users.example.com', certificate: undefined as never } }],
  ])('is not set up from here: %s is refused', (name, props) => {
    expect(refusalOf((stack) => ({ api: new HttpApi(stack, 'Shop'), ...props }))).toMatch(
      new RegExp(`^${name} is set, but api is yours.*Leave ${name} out, and set it on your HttpApi`),
    );
  });

  it('of another stack is refused, and so is an imported one', () => {
    expect(refusalOf((stack) => ({ api: new HttpApi(new Stack(stack.node.root, 'Other'), 'Shop') }))).toMatch(
      /^api is in the stack Other, and the mirror in shop: .*createHttpAuthorizer/,
    );
    expect(
      refusalOf((stack) => ({ api: HttpApi.fromHttpApiAttributes(stack, 'Shop', { httpApiId: 'abc' }) as HttpApi })),
    ).toMatch(/^api is an imported one.*createHttpAuthorizer/);
  });
});

describe('an HTTP API that the mirror has no routes on', () => {
  it('is given an authorizer of its own', () => {
    const { stack, sync, resources } = guestWith();
    const shop = new HttpApi(stack, 'Shop');
    const integration = new HttpLambdaIntegration('Books', sync.functions.whoami);
    const authorizer = sync.createHttpAuthorizer();
    shop.addRoutes({ path: '/books', methods: [HttpMethod.GET], integration, authorizer });
    const found = ofType(resources(), 'AWS::ApiGatewayV2::Authorizer').find(
      ({ Properties }) => Properties['Name'] === 'ClerkUserSync',
    );
    expect(found?.Properties).toMatchObject({
      AuthorizerResultTtlInSeconds: 30,
      EnableSimpleResponses: true,
      IdentitySource: ['$request.header.Authorization'],
    });
    expect(JSON.stringify(found?.Properties['AuthorizerUri'])).toContain('Alias');
  });

  it('is not given an optional one where there is none', () => {
    const { sync } = guestWith();
    const create = (): unknown => sync.createHttpAuthorizer({ variant: 'optional' });
    expect(create).toThrow(SettingError);
    expect(create).toThrow(/optionalAuthorizer is not set\. Set optionalAuthorizer to true/);
  });
});

describe('a REST API', () => {
  it.each([
    ['header', {}, { Type: 'REQUEST', IdentitySource: 'method.request.header.Authorization', ttl: 30 }],
    ['header', { type: 'token' }, { Type: 'TOKEN', IdentitySource: 'method.request.header.Authorization', ttl: 30 }],
    ['cookie', {}, { Type: 'REQUEST', IdentitySource: 'method.request.header.Cookie', ttl: 30 }],
    ['header', { variant: 'verifyOnly' }, { Type: 'REQUEST', ttl: 0 }],
    ['both', {}, { Type: 'REQUEST', ttl: 0 }],
    ['header', { variant: 'optional' }, { Type: 'REQUEST', ttl: 0 }],
  ] as const)(
    'with tokens in the %s has an authorizer as asked for: %j',
    (tokenFrom, options, { ttl, ...expected }) => {
      const guest = guestWith(() => ({ tokenFrom, optionalAuthorizer: true }));
      const rest = new RestApi(guest.stack, 'Rest', { deploy: false });
      rest.root.addMethod('GET', undefined, {
        authorizer: guest.sync.createRestAuthorizer(guest.stack, 'Mine', options),
      });
      const { Properties } = only(guest.resources(), 'AWS::ApiGateway::Authorizer');
      expect(Properties).toMatchObject({ ...expected, AuthorizerResultTtlInSeconds: ttl });
      expect(JSON.stringify(Properties['AuthorizerUri'])).toContain('Alias');
    },
  );

  it('cannot read a cookie by a TOKEN authorizer', () => {
    const { stack, sync } = guestWith(() => ({ tokenFrom: 'cookie' }));
    const create = (): unknown => sync.createRestAuthorizer(stack, 'Mine', { type: 'token' });
    expect(create).toThrow(SettingError);
    expect(create).toThrow(/^type is token, .*expected in: cookie\. Leave type out/);
  });

  it('may have a web ACL before its stage', () => {
    const guest = guestWith((stack) => ({ webAcl: { arn: WEB_ACL, stage: restStage(stack) } }));
    const association = only(guest.resources(), 'AWS::WAFv2::WebACLAssociation');
    expect(association.Properties['WebACLArn']).toBe(WEB_ACL);
    expect(JSON.stringify(association.Properties['ResourceArn'])).toMatch(/apigateway:.*\/restapis\/.*\/stages\//);
  });

  it('is what a web ACL needs: the stage of an HTTP API is refused, with what to do instead', () => {
    expect(
      refusalOf((stack) => {
        const httpApi = new HttpApi(stack, 'Shop', { createDefaultStage: false });
        return { webAcl: { arn: WEB_ACL, stage: new HttpStage(stack, 'Stage', { httpApi }) as never } };
      }),
    ).toMatch(/^webAcl\.stage is no stage of a REST API\. AWS WAF cannot be put before an HTTP API.*CloudFront/);
    expect(
      refusalOf((stack) => ({ webAcl: { arn: WEB_ACL.replace('regional', 'global'), stage: restStage(stack) } })),
    ).toMatch(/^webAcl\.arn is .*regional web ACL/);
  });
});

describe('a domain of its own', () => {
  const settings = (stack: Stack, name = 'users.example.com') => ({
    name,
    certificate: Certificate.fromCertificateArn(
      stack,
      'Certificate',
      'arn:aws:acm:eu-west-1:111122223333:certificate/a',
    ),
    hostedZone: HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z1', zoneName: 'example.com' }),
  });

  it('is put before the API, with TLS 1.2, and has a record in the zone', () => {
    const guest = guestWith((stack) => ({ domain: settings(stack) }));
    const resources = guest.resources();
    expect(only(resources, 'AWS::ApiGatewayV2::DomainName').Properties).toMatchObject({
      DomainName: 'users.example.com',
      DomainNameConfigurations: [{ SecurityPolicy: 'TLS_1_2' }],
    });
    expect(ofType(resources, 'AWS::ApiGatewayV2::ApiMapping')).toHaveLength(1);
    expect(only(resources, 'AWS::Route53::RecordSet').Properties).toMatchObject({
      Name: 'users.example.com.',
      Type: 'A',
    });
    expect(guest.sync.webhookUrl).toBe('https://users.example.com/webhooks/clerk');
    expect(guest.sync.apiUrl).toBe('https://users.example.com');
  });

  it.each(['https://users.example.com', 'Users.example.com', 'users.example.com/', 'localhost'])(
    'is not %s',
    (name) => {
      expect(refusalOf((stack) => ({ domain: settings(stack, name) }))).toMatch(
        /^domain\.name is .*such as users\.example\.com\.$/,
      );
    },
  );
});

describe('a network of yours', () => {
  const resources = guestWith((stack) => ({ vpc: { vpc: importedVpc(stack) }, health: true, admin: true })).resources();
  const functions = ofType(resources, FUNCTION);

  it('has every function in its private subnets, in one security group that lets nothing in', () => {
    const group = only(resources, 'AWS::EC2::SecurityGroup');
    expect(group.Properties).not.toHaveProperty('SecurityGroupIngress');
    for (const { Properties } of functions) {
      expect(Properties['VpcConfig']).toEqual({
        SubnetIds: ['subnet-0a', 'subnet-0b'],
        SecurityGroupIds: [{ 'Fn::GetAtt': [group.logicalId, 'GroupId'] }],
      });
    }
  });

  it('is there for a function before it is made, without a managed policy, and not for its own code', () => {
    for (const { DependsOn = [], Properties } of functions) {
      expect(DependsOn.some((id) => id.includes('NetworkInterfaces'))).toBe(true);
      const role = resources.find(({ logicalId }) => logicalId === target(Properties['Role']));
      expect(role?.Properties).not.toHaveProperty('ManagedPolicyArns');
    }
    const denied = ofType(resources, 'AWS::IAM::Policy').filter(({ logicalId }) => logicalId.includes('NoNetwork'));
    expect(denied).toHaveLength(functions.length);
    expect(JSON.stringify(denied[0]?.Properties)).toMatch(/"ArnEquals":\{"lambda:SourceFunctionArn":/);
  });

  it('takes your security groups instead of making one', () => {
    const guest = guestWith((stack) => ({
      vpc: {
        vpc: importedVpc(stack),
        securityGroups: [SecurityGroup.fromSecurityGroupId(stack, 'Mine', 'sg-0123456789abcdef0')],
      },
    }));
    expect(ofType(guest.resources(), 'AWS::EC2::SecurityGroup')).toEqual([]);
    expect(JSON.stringify(only(guest.resources(), 'AWS::CodeDeploy::Application'))).toContain('Lambda');
  });
});

describe('tracing', () => {
  it('is off unless it is asked for, and then on for every function', () => {
    expect(JSON.stringify(guestWith().resources())).not.toMatch(/TracingConfig|xray/);
    const traced = guestWith(() => ({ tracing: true })).resources();
    for (const { Properties } of ofType(traced, FUNCTION))
      expect(Properties['TracingConfig']).toEqual({ Mode: 'Active' });
  });
});

describe('several mirrors in one stack', () => {
  const topicArn = 'arn:aws:sns:eu-west-1:111122223333:night';
  const { stack, resources: read } = guestWith((stack) => ({
    alarms: { topic: Topic.fromTopicArn(stack, 'Mine', topicArn) },
  }));
  const second = guestIn(stack, {}, 'Partners');
  const resources = read();

  it('have no name in common', () => {
    const named = resources.flatMap(({ Type, Properties }) =>
      ['AlarmName', 'DashboardName', 'Name']
        .filter((name) => typeof Properties[name] === 'string' && !/ApiGateway|Alias/.test(Type))
        .map((name) => `${Type} ${String(Properties[name])}`),
    );
    expect(named.length).toBeGreaterThan(30);
    expect(named.toSorted()).toEqual([...new Set(named)].toSorted());
  });

  it('have schedules that are called by stack and construct, without anybody choosing a prefix', () => {
    const names = ofType(resources, 'AWS::Scheduler::Schedule').map(({ Properties }) => String(Properties['Name']));
    expect(names.toSorted()).toEqual([
      'shop-Partners-full',
      'shop-Partners-incremental',
      'shop-Users-full',
      'shop-Users-incremental',
    ]);
  });

  it('have two tables, and topics as they were asked for', () => {
    expect(ofType(resources, 'AWS::DynamoDB::GlobalTable')).toHaveLength(2);
    expect(ofType(resources, 'AWS::SNS::Topic')).toHaveLength(1);
    expect(second.sync.alarmTopic).not.toBe(undefined);
  });
});

function imported(
  stack: Stack,
  more: { encryptionKey?: ReturnType<typeof importedKey> } = {},
): ReturnType<typeof TableV2.fromTableAttributes> {
  const tableStreamArn = `${TABLE_ARN}/stream/2026-01-01T00:00:00.000`;
  return TableV2.fromTableAttributes(stack, 'Existing', { tableArn: TABLE_ARN, tableStreamArn, ...more });
}

function importedKey(stack: Stack): ReturnType<typeof Key.fromKeyArn> {
  return Key.fromKeyArn(stack, 'Key', KEY_ARN);
}

function restStage(stack: Stack): RestApi['deploymentStage'] {
  const rest = new RestApi(stack, 'Rest');
  rest.root.addMethod('GET');
  return rest.deploymentStage;
}

function keyStatements(resources: readonly Resource[]): readonly { Resource: unknown; Condition?: unknown }[] {
  return ofType(resources, 'AWS::IAM::Policy')
    .flatMap(
      ({ Properties }) =>
        (Properties['PolicyDocument'] as { Statement: { Action: unknown; Resource: unknown }[] }).Statement,
    )
    .filter(({ Action }) => JSON.stringify(Action).includes('kms:'));
}

/** @returns what a person is told */
function refusalOf(choose: (stack: Stack) => Partial<ClerkUserSyncProps>): string {
  try {
    guestWith(choose);
  } catch (error) {
    if (error instanceof SettingError) return error.message;
    throw error;
  }
  throw new Error('Nothing was refused.');
}
