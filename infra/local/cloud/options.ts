import type { LocalClock } from '../clock.ts';
import type { InvocationResult } from '../invocation.ts';
import type { LogEntry } from './logs.ts';

export interface LocalCloudOptions {
  /** A CDK cloud assembly (`cdk.out`). */
  assembly: string;
  /** Which stack; may be left out when there is only one. */
  stack?: string;
  /** Of the first HTTP API. 0 or absent: a free one. */
  port?: number;
  /** Absent: 127.0.0.1. */
  host?: string;
  /** Absent: us-east-1. */
  region?: string;
  /** Where tables, secrets and durable executions survive; absent: in memory. */
  dataDirectory?: string;
  /** Replaces variables that a function declares in the template; never adds one. */
  environment?: Record<string, string>;
  /** Values of CloudFormation parameters. */
  parameters?: Record<string, string>;
  clock: LocalClock;
  /** False: schedules are fired when asked for only. Absent: also when they are due. */
  schedulesOnTime?: boolean;
  onLog?(entry: LogEntry): void;
  /** What the waits of durable functions are multiplied by: 0.01 makes them a hundred times shorter. Absent: 1. */
  timeAccelerationForDurableWaits?: number;
}

export interface LocalCloud {
  /** URLs without a trailing slash. */
  readonly apis: readonly { readonly logicalId: string; readonly url: string }[];
  /** Of the engine itself: what is read there is true, whatever faults stand between it and the functions. */
  readonly dynamodbUrl: string;
  /** One endpoint for Secrets Manager, CloudWatch, CloudFormation, EventBridge and Lambda. */
  readonly servicesUrl: string;
  readonly region: string;
  readonly accountId: string;
  /** The stack's outputs, with the local URL in place of an API's. */
  readonly outputs: Record<string, string>;
  /** What `Ref` gives for a resource. Throws for an unknown logical id. */
  physicalId(logicalId: string): string;
  readonly schedules: readonly { readonly name: string; readonly expression: string }[];
  /** Runs the target of a schedule and resolves with its answer when it has ended; rejects when it failed. */
  fireSchedule(name: string): Promise<unknown>;
  invoke(functionNameOrArn: string, payload: unknown): Promise<InvocationResult>;
  /** What the template has and this machine ignores, for people to read. */
  readonly notImitated: readonly string[];
  /** Ends every process and closes every socket. May be called twice. */
  close(): Promise<void>;
}
