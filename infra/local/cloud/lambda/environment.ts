import type { FunctionDefinition } from './definition.ts';

/** What the processes of all functions have in common. */
export interface FunctionHost {
  readonly region: string;
  /** Where functions reach their tables. */
  readonly dynamodbUrl: string;
  /** Of everything else: what is not imitated answers there that it is not. */
  readonly servicesUrl: string;
  /** Values for variables that a function declares anyway. */
  readonly overrides: Readonly<Record<string, string>>;
  /** Puts local URLs in place of those that a deployment would have. */
  readonly localise: (text: string) => string;
}

export interface InstanceIdentity {
  readonly version: string;
  readonly runtimeApi: string;
  readonly logStream: string;
}

/**
 * The whole environment of a function's process: what the template gives it, what Lambda sets, and endpoints.
 * Nothing of this process's own environment is handed on.
 */
export function functionEnvironment(
  definition: FunctionDefinition,
  host: FunctionHost,
  instance: InstanceIdentity,
): Record<string, string> {
  return {
    ...declaredVariables(definition, host),
    ...setByLambda(definition, host.region, instance),
    ...endpoints(host),
  };
}

/** What the template gives a function, with local addresses in place of deployed ones. */
export function declaredVariables(
  definition: FunctionDefinition,
  { overrides, localise }: FunctionHost,
): Record<string, string> {
  const entries = Object.entries(definition.environment).map(
    ([name, value]) => [name, overrides[name] ?? localise(value)] as const,
  );
  return Object.fromEntries(entries);
}

function setByLambda(
  definition: FunctionDefinition,
  region: string,
  instance: InstanceIdentity,
): Record<string, string> {
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: instance.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMegabytes),
    AWS_LAMBDA_LOG_GROUP_NAME: definition.logGroup,
    AWS_LAMBDA_LOG_FORMAT: definition.logFormat,
    AWS_LAMBDA_LOG_STREAM_NAME: instance.logStream,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_RUNTIME_API: instance.runtimeApi,
    AWS_EXECUTION_ENV: `AWS_Lambda_${definition.runtime}`,
    // No account stands behind these; the SDK wants some.
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: 'local',
    LAMBDA_TASK_ROOT: definition.codeDirectory ?? '',
    _HANDLER: definition.handler,
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    PATH: '/usr/local/bin:/usr/bin:/bin',
  };
}

function endpoints(host: FunctionHost): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: host.servicesUrl,
    AWS_ENDPOINT_URL_DYNAMODB: host.dynamodbUrl,
    AWS_ENDPOINT_URL_CLOUDWATCH: host.servicesUrl,
    AWS_ENDPOINT_URL_EVENTBRIDGE: host.servicesUrl,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: host.servicesUrl,
    AWS_ENDPOINT_URL_LAMBDA: host.servicesUrl,
  };
}
