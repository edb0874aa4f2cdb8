import { describe, expect, it } from 'vitest';
import { createLocalClock } from '../../../infra/local/clock.ts';
import { asRecord } from '../../../infra/local/cloud/json.ts';
import type { JsonRecord } from '../../../infra/local/cloud/json.ts';
import { Sweeper } from '../../../infra/local/cloud/dynamodb/sweeper.ts';
import { EngineRefusal } from '../../../infra/local/dynamodb/faulty/engine-link.ts';

const NOW_SECONDS = 2_000_000_000;

/** An engine whose table has so many pages, with one item each whose time is over. */
function engineWith(pages: number): { calls: string[]; refusal?: EngineRefusal; ask: Sweeping['ask'] } {
  const calls: string[] = [];
  const engine: ReturnType<typeof engineWith> = {
    calls,
    async ask(operation, input) {
      if (operation === 'DeleteItem') {
        calls.push(`delete ${String(asRecord(asRecord(input['Key'])['pk'])['S'])}`);
        if (engine.refusal) throw engine.refusal;
        return {};
      }
      const page = Number(asRecord(asRecord(input['ExclusiveStartKey'])['pk'])['S'] ?? -1) + 1;
      calls.push(`page ${page}`);
      const key = { pk: { S: String(page) } };
      const item = { ...key, until: { N: String(NOW_SECONDS - 1) } };
      return { Items: [item], ...(page < pages - 1 ? { LastEvaluatedKey: key } : {}) };
    },
  };
  return engine;
}

interface Sweeping {
  ask(operation: string, input: JsonRecord): Promise<JsonRecord>;
}

function sweeperOf(engine: Sweeping): Sweeper {
  return new Sweeper({
    engine,
    table: {
      create: {
        TableName: 'table',
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      },
      timeToLiveAttribute: 'until',
    },
    clock: createLocalClock(0, () => NOW_SECONDS * 1000),
  });
}

describe('a sweep', () => {
  it('deletes what it finds and remembers that it did', async () => {
    const engine = engineWith(1);
    const sweeper = sweeperOf(engine);
    await sweeper.sweep(true);
    expect(engine.calls).toEqual(['page 0', 'delete 0']);
    expect([sweeper.hasDeleted({ pk: { S: '0' } }), sweeper.hasDeleted({ pk: { S: '1' } })]).toEqual([true, false]);
  });

  it('looks at twenty pages, and the next one goes on from there', async () => {
    const engine = engineWith(25);
    const sweeper = sweeperOf(engine);
    const pages = (): string[] => engine.calls.splice(0).filter((call) => call.startsWith('page'));
    await sweeper.sweep(false);
    expect(pages()).toEqual(Array.from({ length: 20 }, (_, n) => `page ${n}`));
    await sweeper.sweep(false);
    expect(pages()).toEqual([20, 21, 22, 23, 24].map((n) => `page ${n}`));
    await sweeper.sweep(false);
    expect(pages()[0]).toBe('page 0');
    await sweeper.sweep(true);
    expect(pages()).toHaveLength(25);
  });

  it('leaves an item that was given more time since it was read', async () => {
    const engine = engineWith(2);
    engine.refusal = new EngineRefusal('DeleteItem', 'ConditionalCheckFailedException');
    const sweeper = sweeperOf(engine);
    await sweeper.sweep(true);
    expect(engine.calls).toEqual(['page 0', 'delete 0', 'page 1', 'delete 1']);
    expect(sweeper.hasDeleted({ pk: { S: '0' } })).toBe(false);
  });

  it('ends with the error when the engine refuses for another reason', async () => {
    const engine = engineWith(1);
    engine.refusal = new EngineRefusal('DeleteItem', 'ResourceNotFoundException');
    await expect(sweeperOf(engine).sweep(true)).rejects.toThrow('refused DeleteItem: ResourceNotFoundException');
  });
});
