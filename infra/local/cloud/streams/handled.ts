import type { Position } from './positions.ts';

/** What one of the readers of a table has done with. */
export interface Reader {
  readonly tableName: string;
  /** Undefined: it has not begun yet. */
  readonly position: Position | undefined;
}

/** @returns For each shard, a sequence number that all who read the table have reached: none needs what comes before it. */
export function handledByAll(readers: readonly Reader[]): { shardId: string; before: string }[] {
  const byTable = Map.groupBy(readers, ({ tableName }) => tableName);
  return [...byTable.values()].flatMap((ofTable) => {
    const positions = ofTable.map(({ position }) => position?.shards ?? new Map<string, string>());
    return [...(positions[0]?.keys() ?? [])].flatMap((shardId) => {
      const reached = positions.map((shards) => shards.get(shardId)).filter((done) => done !== undefined);
      return reached.length < positions.length ? [] : [{ shardId, before: least(reached) }];
    });
  });
}

function least(sequenceNumbers: readonly string[]): string {
  return sequenceNumbers.reduce((lowest, each) => (BigInt(each) < BigInt(lowest) ? each : lowest));
}
