import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** What a table has charged, as it says itself in `ConsumedCapacity`. */
export interface Bill {
  /** Operations, in order. */
  readonly requests: readonly string[];
  readonly readUnits: number;
  /** Of the table and its index together. */
  readonly writeUnits: number;
  /** Of the index alone. */
  readonly indexWriteUnits: number;
}

interface Consumed {
  readonly CapacityUnits?: number;
  readonly GlobalSecondaryIndexes?: Readonly<Record<string, { readonly CapacityUnits?: number }>>;
}

/** Asks with every call what it costs. @returns a function that tells what the calls made while `work` ran have cost */
export function meter(client: DynamoDBDocumentClient): <T>(work: () => Promise<T>) => Promise<Bill> {
  let requests: string[] = [];
  let charges: { isRead: boolean; consumed: Consumed }[] = [];
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const operation = String(context.commandName).replace(/Command$/, '');
      requests.push(operation);
      const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'INDEXES' } });
      const consumed = (result.output as { ConsumedCapacity?: Consumed | Consumed[] }).ConsumedCapacity ?? [];
      const isRead = /^(?:Get|Query|Scan|BatchGet|TransactGet)/.test(operation);
      charges.push(...[consumed].flat().map((each) => ({ isRead, consumed: each })));
      return result;
    },
    { step: 'initialize', name: 'meter' },
  );
  return async (work) => {
    requests = [];
    charges = [];
    await work();
    const sum = (isRead: boolean, units: (consumed: Consumed) => number): number =>
      charges.filter((charge) => charge.isRead === isRead).reduce((total, { consumed }) => total + units(consumed), 0);
    return {
      requests,
      readUnits: sum(true, ({ CapacityUnits = 0 }) => CapacityUnits),
      writeUnits: sum(false, ({ CapacityUnits = 0 }) => CapacityUnits),
      indexWriteUnits: sum(false, unitsOfIndexes),
    };
  };
}

function unitsOfIndexes({ GlobalSecondaryIndexes = {} }: Consumed): number {
  return Object.values(GlobalSecondaryIndexes).reduce((total, { CapacityUnits = 0 }) => total + CapacityUnits, 0);
}
