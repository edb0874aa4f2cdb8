import { z } from 'zod';

/** What Lambda writes of a batch of the table's stream that its function did not take: where the records are, not what they say. */
const BATCH = z.object({
  requestContext: z.object({ functionArn: z.string(), condition: z.string().default('unknown') }),
  DDBStreamBatchInfo: z.object({
    streamArn: z.string(),
    shardId: z.string(),
    startSequenceNumber: z.string().regex(/^\d+$/),
    endSequenceNumber: z.string().regex(/^\d+$/),
    batchSize: z.number().default(0),
  }),
});

/** Records of the stream that were not taken. */
export interface FailedBatch {
  readonly functionName: string;
  /** Why Lambda gave it up, in its words. */
  readonly condition: string;
  readonly streamArn: string;
  readonly shardId: string;
  readonly first: bigint;
  readonly last: bigint;
  readonly size: number;
}

/** A message of a failure queue. */
export interface Failure {
  readonly id: string;
  /** ISO time. */
  readonly sentAt: string;
  readonly queueUrl: string;
  /** By which it is taken out. */
  readonly receipt: string;
  /** Either a batch, or an event that began no run or whose run came to nothing. */
  readonly batch?: FailedBatch;
  readonly event?: unknown;
}

/** Reads a message's text. */
export function parseFailure(text: string): Pick<Failure, 'batch' | 'event'> {
  const event = jsonOf(text);
  const parsed = BATCH.safeParse(event);
  if (!parsed.success) return { event };
  const { requestContext, DDBStreamBatchInfo: info } = parsed.data;
  const batch = {
    // arn:aws:lambda:<region>:<account>:function:<name>[:<qualifier>]
    functionName: requestContext.functionArn.split(':')[6] ?? '',
    condition: requestContext.condition,
    streamArn: info.streamArn,
    shardId: info.shardId,
    first: BigInt(info.startSequenceNumber),
    last: BigInt(info.endSequenceNumber),
    size: info.batchSize,
  };
  return { batch };
}

/** What it was, without anything that somebody has written into it. */
export function inWords({ batch, event }: Failure): string {
  if (batch) return `${batch.size} changes for ${batch.functionName}: ${batch.condition}`;
  const mode: unknown = typeof event === 'object' && event !== null && 'mode' in event ? event.mode : undefined;
  const isPlain = typeof mode === 'string' && /^[a-z]{1,20}$/.test(mode);
  return isPlain ? `an event for the reconciler, mode ${mode}` : 'an event for the reconciler, without a mode';
}

function jsonOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
