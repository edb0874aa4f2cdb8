import type { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { METRIC_NAMESPACE, METRICS, STACK_DIMENSION } from '../../../shared/names/metrics.ts';
import type { MetricName, MetricPath } from '../../../shared/names/metrics.ts';

/** What the mirror asks its table for most. */
export type TableOperation = 'GetItem' | 'UpdateItem' | 'TransactWriteItems' | 'Query';

/** How a metric is added up, over how long. */
export interface Over {
  readonly statistic: 'Sum' | 'Maximum' | 'Average' | 'SampleCount' | 'p50' | 'p99';
  readonly period: Duration;
}

export const sumOver = (period: Duration): Over => ({ statistic: 'Sum', period });
export const maximumOver = (period: Duration): Over => ({ statistic: 'Maximum', period });

/** What alarms and dashboard look at: the mirror's own metrics, and those that AWS measures of its parts. */
export class Measures {
  readonly #metricsStack: string;

  /** @param metricsStack the value of the dimension `Stack` */
  constructor(metricsStack: string) {
    this.#metricsStack = metricsStack;
  }

  /** A metric without dimensions of its own, or the total of one that has some. */
  total(name: MetricName, over: Over): Metric {
    return this.#own(name, {}, over);
  }

  ofPath(name: MetricName, path: MetricPath, over: Over): Metric {
    return this.#own(name, { Path: path }, over);
  }

  /** @param label of the line in a graph */
  withDimension(name: MetricName, dimension: string, value: string, over: Over): Metric {
    return this.#own(name, { [dimension]: value }, over);
  }

  ofFunction(
    name: 'Invocations' | 'Errors' | 'Throttles' | 'Duration' | 'IteratorAge',
    lambda: Function,
    over: Over,
  ): Metric {
    return metric('AWS/Lambda', name, { FunctionName: lambda.functionName }, over);
  }

  ofApi(name: 'Count' | '4xx' | '5xx' | 'Latency', api: HttpApi, over: Over): Metric {
    return metric('AWS/ApiGateway', name, { ApiId: api.apiId }, over);
  }

  /** @param name throttled reads and writes; of a table on demand they mean more than twice of what there was before */
  ofTable(name: 'ReadThrottleEvents' | 'WriteThrottleEvents', table: Pick<ITable, 'tableName'>, over: Over): Metric {
    return metric('AWS/DynamoDB', name, { TableName: table.tableName }, over);
  }

  /** @param operation whose successful calls' time is asked for, ms */
  latencyOf(operation: TableOperation, table: Pick<ITable, 'tableName'>, over: Over): Metric {
    return metric(
      'AWS/DynamoDB',
      'SuccessfulRequestLatency',
      { TableName: table.tableName, Operation: operation },
      over,
    );
  }

  waiting(queue: IQueue, over: Over): Metric {
    return metric('AWS/SQS', 'ApproximateNumberOfMessagesVisible', { QueueName: queue.queueName }, over);
  }

  #own(name: MetricName, dimensions: Readonly<Record<string, string>>, over: Over): Metric {
    const declared: readonly string[] = METRICS[name].dimensions;
    const isKnown = Object.keys(dimensions).every((dimension) => declared.includes(dimension));
    const isEmitted = Object.keys(dimensions).length === declared.length || 'total' in METRICS[name];
    if (!isKnown || !isEmitted) throw new Error(`Nothing emits ${name} with ${JSON.stringify(dimensions)}.`);
    return metric(METRIC_NAMESPACE, name, { [STACK_DIMENSION]: this.#metricsStack, ...dimensions }, over);
  }
}

function metric(
  namespace: string,
  metricName: string,
  dimensionsMap: Readonly<Record<string, string>>,
  { statistic, period }: Over,
): Metric {
  return new Metric({ namespace, metricName, dimensionsMap, statistic, period });
}
