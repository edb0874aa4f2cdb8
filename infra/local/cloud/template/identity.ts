import { createHash } from 'node:crypto';

/** What `Ref` and `Fn::GetAtt` give for a resource. */
export interface Identity {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What an identity is formed from. Names are the template's where it gives one, generated where it does not. */
export interface IdentityInput {
  readonly type: string;
  readonly logicalId: string;
  readonly stackName: string;
  /** Tells this deployment of the stack from others. */
  readonly deployment: string;
  readonly region: string;
  readonly accountId: string;
  /** An evaluated property as text, undefined when the template does not give it. */
  property(name: string): string | undefined;
  /** The number of a `AWS::Lambda::Version` among those of its function, from 1. */
  versionNumber(): number;
}

type Identify = (input: IdentityInput) => Identity;

/**
 * The physical id and the attributes of a resource, formed as AWS forms them. Generated parts depend on nothing but
 * deployment, stack and logical id: tables and secrets of yesterday are found again.
 */
export function identify(input: IdentityInput): Identity {
  return (SPECIAL.get(input.type) ?? named)(input);
}

function digest(input: IdentityInput): Buffer {
  return createHash('sha256').update(`${input.deployment}${input.stackName}/${input.logicalId}`).digest();
}

/** Characters as CloudFormation and API Gateway use them in generated ids. */
function token(input: IdentityInput, alphabet: string, length: number): string {
  return [...digest(input).subarray(0, length)].map((byte) => alphabet[byte % alphabet.length]).join('');
}

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const LOWER = 'abcdefghijklmnopqrstuvwxyz0123456789';

function generatedName(input: IdentityInput): string {
  return `${input.stackName}-${input.logicalId}`.slice(0, 51) + `-${token(input, UPPER, 12)}`;
}

function arn(input: IdentityInput, service: string, resource: string): string {
  return `arn:aws:${service}:${input.region}:${input.accountId}:${resource}`;
}

/** For types whose ARN is `<service>:<region>:<account>:<prefix><name>`: the name's property, the service, the prefix. */
const NAMED = new Map<string, readonly [property: string, service: string, prefix: string]>([
  ['AWS::Lambda::Function', ['FunctionName', 'lambda', 'function:']],
  ['AWS::DynamoDB::Table', ['TableName', 'dynamodb', 'table/']],
  ['AWS::DynamoDB::GlobalTable', ['TableName', 'dynamodb', 'table/']],
  ['AWS::Events::EventBus', ['Name', 'events', 'event-bus/']],
  ['AWS::Events::Rule', ['Name', 'events', 'rule/']],
  ['AWS::CloudWatch::Alarm', ['AlarmName', 'cloudwatch', 'alarm:']],
  ['AWS::Scheduler::ScheduleGroup', ['Name', 'scheduler', 'schedule-group/']],
  ['AWS::KMS::Key', ['', 'kms', 'key/']],
  ['AWS::SSM::Parameter', ['Name', 'ssm', 'parameter/']],
]);

function named(input: IdentityInput): Identity {
  const service = input.type.split('::')[1]?.toLowerCase() ?? 'unknown';
  const [property, arnService, prefix] = NAMED.get(input.type) ?? ['', service, ''];
  const name = (property === '' ? undefined : input.property(property)) ?? generatedName(input);
  const own = arn(input, arnService, `${prefix}${name}`);
  return { ref: name, attributes: { Arn: own, ...furtherAttributes(input.type, name, own) } };
}

function furtherAttributes(type: string, name: string, own: string): Record<string, string> {
  if (type.startsWith('AWS::DynamoDB::')) return { StreamArn: `${own}/stream/2026-01-01T00:00:00.000`, TableId: name };
  if (type === 'AWS::Events::EventBus') return { Name: name };
  if (type === 'AWS::KMS::Key') return { KeyId: name };
  return {};
}

function version(input: IdentityInput): Identity {
  const functionArn = lambdaArn(input);
  const number = String(input.versionNumber());
  return { ref: `${functionArn}:${number}`, attributes: { Version: number, FunctionArn: `${functionArn}:${number}` } };
}

function alias(input: IdentityInput): Identity {
  const ref = `${lambdaArn(input)}:${input.property('Name') ?? ''}`;
  return { ref, attributes: { AliasArn: ref } };
}

/** `FunctionName` may be a name or an ARN, also a qualified one. */
function lambdaArn(input: IdentityInput): string {
  const name = input.property('FunctionName') ?? '';
  return name.startsWith('arn:') ? name.split(':').slice(0, 7).join(':') : arn(input, 'lambda', `function:${name}`);
}

/** Has no name but a UUID. */
function eventSourceMapping(input: IdentityInput): Identity {
  const id = digest(input)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
  return { ref: id, attributes: { Id: id, EventSourceMappingArn: arn(input, 'lambda', `event-source-mapping:${id}`) } };
}

function api(input: IdentityInput): Identity {
  const id = token(input, LOWER, 10);
  return { ref: id, attributes: { ApiId: id, ApiEndpoint: `https://${id}.execute-api.${input.region}.amazonaws.com` } };
}

/** Parts of an API have short ids, which are attributes too, under the name of the type: `RouteId`, `AuthorizerId`. */
function apiPart(input: IdentityInput): Identity {
  const id = token(input, LOWER, 7);
  return { ref: id, attributes: { [`${input.type.split('::')[2] ?? ''}Id`]: id } };
}

function secret(input: IdentityInput): Identity {
  const suffix = token(input, `${UPPER}${LOWER}`, 6);
  const own = arn(input, 'secretsmanager', `secret:${input.property('Name') ?? generatedName(input)}-${suffix}`);
  return { ref: own, attributes: { Id: own } };
}

function schedule(input: IdentityInput): Identity {
  const name = input.property('Name') ?? generatedName(input);
  const group = input.property('GroupName') ?? 'default';
  return { ref: name, attributes: { Arn: arn(input, 'scheduler', `schedule/${group}/${name}`) } };
}

function role(input: IdentityInput): Identity {
  const name = input.property('RoleName') ?? generatedName(input);
  const attributes = { Arn: `arn:aws:iam::${input.accountId}:role/${name}`, RoleId: `AROA${token(input, UPPER, 16)}` };
  return { ref: name, attributes };
}

function queue(input: IdentityInput): Identity {
  const name = input.property('QueueName') ?? generatedName(input);
  const ref = `https://sqs.${input.region}.amazonaws.com/${input.accountId}/${name}`;
  return { ref, attributes: { Arn: arn(input, 'sqs', name), QueueName: name, QueueUrl: ref } };
}

function topic(input: IdentityInput): Identity {
  const name = input.property('TopicName') ?? generatedName(input);
  const ref = arn(input, 'sns', name);
  return { ref, attributes: { TopicArn: ref, TopicName: name } };
}

function logGroup(input: IdentityInput): Identity {
  const name = input.property('LogGroupName') ?? generatedName(input);
  return { ref: name, attributes: { Arn: `${arn(input, 'logs', `log-group:${name}`)}:*` } };
}

function bucket(input: IdentityInput): Identity {
  const name = input.property('BucketName') ?? generatedName(input).toLowerCase();
  return { ref: name, attributes: { Arn: `arn:aws:s3:::${name}`, DomainName: `${name}.s3.amazonaws.com` } };
}

const SPECIAL = new Map<string, Identify>([
  ['AWS::Lambda::Version', version],
  ['AWS::Lambda::Alias', alias],
  ['AWS::Lambda::EventSourceMapping', eventSourceMapping],
  ['AWS::ApiGatewayV2::Api', api],
  ['AWS::ApiGatewayV2::Route', apiPart],
  ['AWS::ApiGatewayV2::Integration', apiPart],
  ['AWS::ApiGatewayV2::Authorizer', apiPart],
  ['AWS::ApiGatewayV2::Deployment', apiPart],
  ['AWS::ApiGatewayV2::Stage', (input) => ({ ref: input.property('StageName') ?? '$default', attributes: {} })],
  ['AWS::SecretsManager::Secret', secret],
  ['AWS::Scheduler::Schedule', schedule],
  ['AWS::IAM::Role', role],
  ['AWS::SQS::Queue', queue],
  ['AWS::SNS::Topic', topic],
  ['AWS::Logs::LogGroup', logGroup],
  ['AWS::S3::Bucket', bucket],
]);
