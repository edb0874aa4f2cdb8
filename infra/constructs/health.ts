import { Duration } from 'aws-cdk-lib';
import type { Code, Function } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { ENVIRONMENT } from '../../shared/names/environment.ts';
import { configure, connectMeasures } from './connections.ts';
import { MEMORY_SIZES } from './memory-sizes.ts';
import { NodeFunction } from './node-function.ts';
import type { FunctionSettings } from './node-function.ts';

export interface HealthProps {
  readonly common: FunctionSettings;
  readonly code: Code;
  /** Value of the metrics' `Stack` dimension. */
  readonly metricsStack: string;
  /** The functions whose invocations are attempts to sync. */
  readonly syncing: readonly Function[];
}

/** The function that tells anybody how syncs go: it may read metrics and nothing else, not even the table. */
export class Health extends Construct {
  readonly lambda: Function;

  constructor(scope: Construct, id: string, { common, code, metricsStack, syncing }: HealthProps) {
    super(scope, id);
    this.lambda = new NodeFunction(this, 'Check', {
      ...common,
      description: 'Answers GET /health and GET /health/user-sync from the metrics',
      code,
      // One call a minute, and nobody waits for it but a monitor.
      memorySize: MEMORY_SIZES.health,
      timeout: Duration.seconds(5),
    }).lambda;
    configure(this.lambda, {
      [ENVIRONMENT.stackName]: metricsStack,
      [ENVIRONMENT.syncingFunctions]: syncing.map(({ functionName }) => functionName).join(','),
    });
    connectMeasures(this.lambda);
  }
}
