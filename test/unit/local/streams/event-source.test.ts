import { describe, expect, it } from 'vitest';
import type { InvocationResult } from '../../../../infra/local/invocation.ts';
import { asList, asRecord, asText } from '../../../../infra/local/cloud/json.ts';
import type { JsonRecord } from '../../../../infra/local/cloud/json.ts';
import { Delivery } from '../../../../infra/local/cloud/streams/delivery.ts';
import type { DeliveryOptions } from '../../../../infra/local/cloud/streams/delivery.ts';
import { EventSource } from '../../../../infra/local/cloud/streams/event-source.ts';
import { handledByAll } from '../../../../infra/local/cloud/streams/handled.ts';
import { Pace } from '../../../../infra/local/cloud/pace.ts';
import { Positions } from '../../../../infra/local/cloud/streams/positions.ts';
import type { GivenUpBatch } from '../../../../infra/local/cloud/streams/retry.ts';
import { ShardReader } from '../../../../infra/local/cloud/streams/shard-reader.ts';
import type { TableStream } from '../../../../infra/local/cloud/streams/table-stream.ts';

interface ScriptedShard {
  readonly parent?: string;
  /** Sequence numbers. */
  readonly records: number[];
  isClosed?: boolean;
}

/** A stream whose shards come, end and go as real engines' do. */
function scriptedStream(shards: Record<string, ScriptedShard>): TableStream & { failures: string[] } {
  const failures: string[] = [];
  const failAsScripted = (): void => {
    const failure = failures.shift();
    if (failure !== undefined) throw new Error(failure);
  };
  return {
    failures,
    tableId: 'table',
    async shards() {
      failAsScripted();
      return Object.entries(shards).map(([id, { parent }]) => ({ id, parent }));
    },
    iterator: async (shardId, after) => `${shardId} ${after ?? 0}`,
    async read(iterator, limit) {
      failAsScripted();
      const [id = '', after = '0'] = iterator.split(' ');
      const shard = shards[id];
      const found = shard?.records.filter((n) => n > Number(after)).slice(0, limit) ?? [];
      const isEnd = shard?.isClosed === true && found.length < limit;
      return { records: found.map(raw), next: isEnd ? undefined : `${id} ${found.at(-1) ?? after}` };
    },
  };
}

/** Those from here on are large. */
const LARGE = 9001;

function raw(sequenceNumber: number): JsonRecord {
  const size = sequenceNumber >= LARGE ? 2 * 1024 * 1024 : 1;
  return { dynamodb: { SequenceNumber: String(sequenceNumber), Padding: 'x'.repeat(size) } };
}

interface World {
  readonly invocations: number[][];
  readonly problems: string[];
  readonly givenUp: GivenUpBatch[];
  readonly positions: Positions;
  readonly pace: Pace;
  end(): Promise<void>;
}

interface Settings extends Partial<Pick<DeliveryOptions, 'policy'>> {
  readonly startsAt?: 'TRIM_HORIZON' | 'LATEST';
  readonly positions?: Positions;
  readonly now?: number;
}

async function follow(stream: TableStream, settings: Settings = {}): Promise<World> {
  const closing = new AbortController();
  const pace = new Pace(closing.signal);
  const { positions = new Positions(), now = 0, startsAt = 'TRIM_HORIZON' } = settings;
  const policy = settings.policy ?? { bisects: false, maximumRetries: Infinity, maximumAgeMs: Infinity };
  const [invocations, problems, givenUp]: [number[][], string[], GivenUpBatch[]] = [[], [], []];
  const invoke = async (payload: unknown): Promise<InvocationResult> => {
    const numbers = asList(asRecord(payload)['Records']).map((record) => asRecord(asRecord(record)['dynamodb']));
    invocations.push(numbers.map((change) => Number(asText(change['SequenceNumber']))));
    return { ok: true, payload: null };
  };
  const common = { pace, now: () => now, signal: closing.signal };
  const source = new EventSource({
    ...common,
    name: 'mapping',
    startsAt,
    stream,
    positions,
    reader: (shardId) =>
      new ShardReader({
        ...common,
        stream,
        shardId,
        source: { streamArn: 'arn', region: 'here', hasExpired: () => false, timeAt: (ms) => ms },
        batchSize: 10,
        windowMs: 0,
        wants: () => true,
      }),
    delivery: () =>
      new Delivery({
        ...common,
        policy,
        reportsItems: false,
        invoke,
        onHanded: () => undefined,
        onFailure: (_, why) => problems.push(why),
        onGivenUp: (batch) => givenUp.push(batch),
      }),
    onProblem: (line) => problems.push(line),
  });
  await source.prepare();
  const running = source.run();
  const end = (): Promise<void> => {
    closing.abort();
    return running;
  };
  return { invocations, problems, givenUp, positions, pace, end };
}

const SOON = { timeout: 5000, interval: 5 };

describe('a mapping', () => {
  it('reads a shard before its children, and children that come later', async () => {
    const shards: Record<string, ScriptedShard> = {
      young: { parent: 'old', records: [3], isClosed: true },
      old: { parent: 'forgotten', records: [1, 2], isClosed: true },
    };
    const world = await follow(scriptedStream(shards));
    await expect.poll(() => world.invocations, SOON).toEqual([[1, 2], [3]]);
    shards['youngest'] = { parent: 'young', records: [4] };
    await expect.poll(() => world.invocations, SOON).toEqual([[1, 2], [3], [4]]);
    await world.end();
  });

  it('goes on after what it has handed over, when the engine could not be read for a while', async () => {
    const records = [1];
    const stream = scriptedStream({ only: { records } });
    const world = await follow(stream);
    await expect.poll(() => world.invocations, SOON).toEqual([[1]]);
    stream.failures.push('down');
    records.push(2);
    await expect.poll(() => world.invocations, SOON).toEqual([[1], [2]]);
    expect(world.problems).toEqual(['The stream of mapping cannot be read on: Error: down']);
    await world.end();
  });

  it('passes over what there was before it began at the latest', async () => {
    const records = Array.from({ length: 2500 }, (_, index) => index + 1);
    const world = await follow(scriptedStream({ only: { records }, empty: { records: [] } }), { startsAt: 'LATEST' });
    records.push(2501);
    await expect.poll(() => world.invocations, SOON).toEqual([[2501]]);
    await world.end();
  });

  it('begins again with a table that was made anew', async () => {
    const positions = new Positions();
    positions.set('mapping', { tableId: 'an earlier one', shards: new Map([['only', '7']]) });
    const world = await follow(scriptedStream({ only: { records: [1] } }), { positions });
    await expect.poll(() => world.invocations, SOON).toEqual([[1]]);
    await world.end();
  });

  it('hands over no more than an invocation takes: 6 MB', async () => {
    const world = await follow(scriptedStream({ only: { records: [9001, 9002, 9003, 9004] } }));
    await expect
      .poll(() => world.invocations, SOON)
      .toEqual([
        [9001, 9002],
        [9003, 9004],
      ]);
    await world.end();
  });

  it('gives up what is too old without a call', async () => {
    const policy = { bisects: false, maximumRetries: Infinity, maximumAgeMs: 1000 };
    const world = await follow(scriptedStream({ only: { records: [1, 2] } }), { policy, now: 5000 });
    await expect.poll(() => world.givenUp.map(({ reason }) => reason), SOON).toEqual(['RecordAgeExceeded']);
    expect([world.invocations, world.positions.of('mapping')?.shards.get('only')]).toEqual([[], '2']);
    await world.end();
  });

  it('ends at once, whatever it waits for', async () => {
    const stream = scriptedStream({ only: { records: [] } });
    const idle = await follow(stream);
    await idle.end();
    const troubled = scriptedStream({});
    const failing = await follow(troubled);
    troubled.failures.push('down', 'down');
    await failing.end();
    expect(idle.problems).toEqual([]);
  });
});

describe('what all readers of a table have done with', () => {
  const reader = (tableName: string, shards?: Record<string, string>): Parameters<typeof handledByAll>[0][number] => ({
    tableName,
    position: shards && { tableId: 'id', shards: new Map(Object.entries(shards)) },
  });

  it('is as far as the slowest has come, in numbers', () => {
    expect(handledByAll([reader('a', { s: '1000' }), reader('a', { s: '999' }), reader('b', { t: '5' })])).toEqual([
      { shardId: 's', before: '999' },
      { shardId: 't', before: '5' },
    ]);
  });

  it('is nothing while one of them has not begun', () => {
    expect(handledByAll([reader('a', { s: '1' }), reader('a')])).toEqual([]);
    expect(handledByAll([reader('a', {}), reader('a', { s: '1' })])).toEqual([]);
  });
});
