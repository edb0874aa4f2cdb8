import type { IgnoredAlarm } from './alarms/definition.ts';
import type { HttpApiDefinition } from './http-api/definition.ts';
import { notRunnable } from './lambda/definition.ts';
import type { FunctionDefinition } from './lambda/definition.ts';
import type { ScheduleDefinition } from './schedules/definition.ts';
import type { Streams } from './streams/index.ts';
import type { Stack } from './template/stack.ts';

const IMITATED = new Set([
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Authorizer',
  'AWS::ApiGatewayV2::Deployment',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApiGatewayV2::Stage',
  'AWS::CloudWatch::Alarm',
  'AWS::DynamoDB::GlobalTable',
  'AWS::DynamoDB::Table',
  'AWS::Events::EventBus',
  'AWS::Events::Rule',
  'AWS::Lambda::Alias',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::Lambda::Version',
  'AWS::Logs::LogGroup',
  'AWS::Scheduler::Schedule',
  'AWS::Scheduler::ScheduleGroup',
  'AWS::SecretsManager::Secret',
  // As far as something ends there that was given up.
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
  // Says nothing of the application.
  'AWS::CDK::Metadata',
]);

export interface Served {
  readonly stack: Stack;
  readonly apis: readonly HttpApiDefinition[];
  readonly functions: readonly FunctionDefinition[];
  readonly schedules: readonly ScheduleDefinition[];
  readonly streams: Pick<Streams, 'notImitated'>;
  /** What of the event rules is not imitated. */
  readonly rules: readonly string[];
  readonly alarms: readonly IgnoredAlarm[];
}

/** @returns The resource types that are ignored, each once, then the single resources of other types that are. */
export function notImitated(served: Served): string[] {
  const types = new Set(served.stack.resources.map((resource) => resource.type));
  return [
    ...[...types].filter((type) => !IMITATED.has(type)).toSorted(),
    ...ofFunctions(served),
    ...ofApis(served),
    ...ofSchedules(served),
    ...served.streams.notImitated,
    ...served.rules,
    ...ofAlarms(served),
    ...served.alarms.map(({ logicalId, reason }) => `AWS::CloudWatch::Alarm ${logicalId}: ${reason}`),
  ];
}

/** They are evaluated; what differs from CloudWatch is said. */
function ofAlarms({ stack }: Served): string[] {
  if (stack.ofType('AWS::CloudWatch::Alarm').length === 0) return [];
  return [
    'AWS::CloudWatch::Alarm: an approximation. Periods end now, where CloudWatch aligns them, and no metric comes late.',
  ];
}

function ofFunctions({ functions }: Served): string[] {
  return functions
    .map(notRunnable)
    .filter((reason) => reason !== undefined)
    .map((reason) => `AWS::Lambda::Function ${reason}`);
}

function ofApis({ stack, apis }: Served): string[] {
  const others = stack
    .ofType('AWS::ApiGatewayV2::Api')
    .filter((api) => api.property('ProtocolType') !== 'HTTP')
    .map((api) => `AWS::ApiGatewayV2::Api ${api.logicalId}: only HTTP APIs are served.`);
  const routes = apis
    .flatMap((api) => api.routes)
    .flatMap(({ key, authorization, integration }) => [
      ...(authorization !== 'none' && 'notImitated' in authorization
        ? [`AWS::ApiGatewayV2::Route ${key}: ${authorization.notImitated}.`]
        : []),
      ...(integration?.functionArn === undefined
        ? [`AWS::ApiGatewayV2::Route ${key}: its integration is no Lambda function.`]
        : []),
    ]);
  return [...others, ...routes];
}

function ofSchedules({ schedules }: Served): string[] {
  return schedules
    .filter((schedule) => schedule.problem !== undefined)
    .map(
      (schedule) =>
        `AWS::Scheduler::Schedule ${schedule.name}: not fired on time, only when asked. ${schedule.problem}`,
    );
}
