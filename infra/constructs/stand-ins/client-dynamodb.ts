import { randomUUID } from 'node:crypto';
import { constructStack } from '@smithy/core/client';
import type { MiddlewareStack } from '@smithy/types';
import type { Failure } from './aws-json/answer.ts';
import { ServiceException } from './aws-json/answer.ts';
import type { ClientSettings, SendOptions, Service } from './aws-json/json-client.ts';
import { JsonClient } from './aws-json/json-client.ts';

type Stack = MiddlewareStack<object, object>;

interface Config {
  readonly requestHandler: JsonClient;
}

/**
 * Stands in for the package `@aws-sdk/client-dynamodb`, beneath the SDK's own `@aws-sdk/lib-dynamodb`, which is bundled as it
 * is. The package describes every operation and every answer of the service, finds its endpoints by a rule book and passes each
 * request through some twenty steps: for the six operations used here that is half of a request's time and of a cold start's.
 * What decides about safety is the SDK's all the same (see `JsonClient`), and so is what turns values into attributes.
 */
export class DynamoDBClient {
  readonly config: Config;
  readonly middlewareStack: Stack = constructStack();

  constructor(settings: ClientSettings = {}) {
    this.config = { requestHandler: new JsonClient(DYNAMODB, settings) };
    // Places by which lib-dynamodb finds its own: before an input is written, and after an output is read.
    this.middlewareStack.add((next) => next, { name: 'serializerMiddleware', step: 'serialize' });
    this.middlewareStack.add((next) => next, { name: 'deserializerMiddleware', step: 'deserialize' });
  }

  destroy(): void {
    this.config.requestHandler.destroy();
  }
}

/** An operation of the service, by the name that it has there. */
abstract class Command {
  readonly input: object;
  readonly middlewareStack: Stack = constructStack();
  protected abstract readonly operation: string;

  constructor(input: object) {
    this.input = input;
  }

  resolveMiddleware(
    stack: Stack,
    { requestHandler }: Config,
    options: SendOptions = {},
  ): (command: Command) => Promise<{ readonly output: object }> {
    const send = async ({ input }: { readonly input: object }): Promise<{ response: object; output: object }> => ({
      response: {},
      output: await requestHandler.call(this.operation, input, options),
    });
    const handle = stack.resolve(send, {});
    return ({ input }) => handle({ input });
  }
}

export class DeleteItemCommand extends Command {
  protected readonly operation = 'DeleteItem';
}

export class GetItemCommand extends Command {
  protected readonly operation = 'GetItem';
}

export class PutItemCommand extends Command {
  protected readonly operation = 'PutItem';
}

export class QueryCommand extends Command {
  protected readonly operation = 'Query';
}

export class UpdateItemCommand extends Command {
  protected readonly operation = 'UpdateItem';
}

/** One that is sent again is the same one: the service tells by its token. */
export class TransactWriteItemsCommand extends Command {
  protected readonly operation = 'TransactWriteItems';

  constructor(input: object) {
    super({ ClientRequestToken: randomUUID(), ...input });
  }
}

/** Stands for what no function of ours asks for: lib-dynamodb has a command of its own for each. */
function unknownCommand(): never {
  throw new Error('A bundled function has no such operation: infra/constructs/stand-ins/client-dynamodb.ts says why.');
}

export {
  unknownCommand as BatchExecuteStatementCommand,
  unknownCommand as BatchGetItemCommand,
  unknownCommand as BatchWriteItemCommand,
  unknownCommand as DescribeExportCommand,
  unknownCommand as ExecuteStatementCommand,
  unknownCommand as ExecuteTransactionCommand,
  unknownCommand as ExportTableToPointInTimeCommand,
  unknownCommand as ScanCommand,
  unknownCommand as SearchVectorsCommand,
  unknownCommand as TransactGetItemsCommand,
};

/** A condition was not met; `Item` is what stood in its way, where that was asked for. */
export class ConditionalCheckFailedException extends ServiceException {
  readonly Item: unknown;

  constructor(failure: Failure) {
    super(failure);
    this.Item = Reflect.get(failure.members, 'Item');
  }
}

/** `CancellationReasons` has one for each item of the transaction, in their order. */
export class TransactionCanceledException extends ServiceException {
  readonly CancellationReasons: unknown;

  constructor(failure: Failure) {
    super(failure);
    this.CancellationReasons = Reflect.get(failure.members, 'CancellationReasons');
  }
}

const DYNAMODB: Service = {
  name: 'dynamodb',
  variable: 'DYNAMODB',
  target: 'DynamoDB_20120810',
  contentType: 'application/x-amz-json-1.0',
  toError(failure) {
    if (failure.name === 'ConditionalCheckFailedException') return new ConditionalCheckFailedException(failure);
    if (failure.name === 'TransactionCanceledException') return new TransactionCanceledException(failure);
    return undefined;
  },
};
