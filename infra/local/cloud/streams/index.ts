import { connectToEngine } from '../../dynamodb/connect.ts';
import type { DynamoDbEngine } from '../../dynamodb/engine.ts';
import type { LocalClock } from '../../clock.ts';
import type { Expiry } from '../dynamodb/expiry.ts';
import type { Functions } from '../lambda/functions.ts';
import type { Invoker } from '../lambda/invoker.ts';
import type { LambdaMetrics } from '../lambda/metrics.ts';
import type { Queues } from '../queues.ts';
import type { Stack } from '../template/stack.ts';
import { streamMappings } from './definition.ts';
import { DrivenStream } from './driven-stream.ts';
import type { StreamDescription } from './driven-stream.ts';
import { handledByAll } from './handled.ts';
import { Pace } from '../pace.ts';
import { Positions } from './positions.ts';
import { openStream } from './table-stream.ts';
import { withTarget } from './targets.ts';

export interface StreamsOptions {
  readonly stack: Stack;
  readonly functions: Functions;
  readonly invoker: Pick<Invoker, 'invoke'>;
  /** Streams are read from the engine itself: no faults between functions and tables are met. */
  readonly engine: Pick<DynamoDbEngine, 'url' | 'forgetRecords'>;
  readonly expiry: Pick<Expiry, 'hasDeleted'>;
  readonly lambdaMetrics: Pick<LambdaMetrics, 'handed'>;
  /** What is given up ends in one of them. */
  readonly queues: Pick<Queues, 'send'>;
  /** Where positions outlive this process. */
  readonly positionsFile?: string;
  readonly clock: Pick<LocalClock, 'now' | 'at'>;
  readonly onProblem: (line: string) => void;
}

/** The streams that drive functions. */
export interface Streams {
  describe(): StreamDescription[];
  /** The mappings that drive nothing, and why. */
  readonly notImitated: readonly string[];
  /** Tells that a table was written to: functions need not wait for the next look. */
  wake(): void;
  /** Reads no more, and waits for no function: what one was being handed comes again after the next start. */
  close(): Promise<void>;
}

/**
 * Lets the streams of tables drive functions, as the template's event source mappings say.
 * @throws When a mapping is one that a deployment would refuse, has a filter that is not imitated, or a stream cannot be read.
 */
export async function startStreams(options: StreamsOptions): Promise<Streams> {
  const { stack, functions, engine, positionsFile } = options;
  const { mappings, ignored } = streamMappings(stack);
  const targeted = mappings.map((mapping) => withTarget(mapping, functions));
  const closing = new AbortController();
  const pace = new Pace(closing.signal);
  const positions = new Positions(positionsFile);
  const link = connectToEngine(engine.url, stack.region);
  const driven: DrivenStream[] = [];
  for (const mapping of targeted.filter((each) => 'target' in each)) {
    const stream = await openStream(link, mapping.tableName);
    driven.push(
      new DrivenStream({ ...options, region: stack.region, mapping, stream, positions, pace, signal: closing.signal }),
    );
  }
  for (const stream of driven) await stream.prepare();
  for (const { shardId, before } of handledByAll(driven)) engine.forgetRecords(shardId, before);
  const running = driven.map((stream) => stream.run());
  return {
    describe: () => driven.map((stream) => stream.describe()),
    notImitated: [...ignored, ...targeted.filter((each) => 'reason' in each)].map(
      ({ logicalId, reason }) => `AWS::Lambda::EventSourceMapping ${logicalId}: ${reason}`,
    ),
    wake: () => pace.wake(),
    async close() {
      closing.abort();
      link.close();
      await Promise.all(running);
    },
  };
}
