import type { CreateTableCommandInput, GlobalSecondaryIndex, KeySchemaElement } from '@aws-sdk/client-dynamodb';
import { asList, asRecord, asText, isTrue, texts } from '../json.ts';
import type { Resource, Stack } from '../template/stack.ts';

export interface TableDefinition {
  readonly create: CreateTableCommandInput & { TableName: string };
  /** The attribute whose time ends an item, if the table has one. */
  readonly timeToLiveAttribute: string | undefined;
}

/** Reads every table of the stack, of the older resource type and of the newer. */
export function tableDefinitions(stack: Stack): TableDefinition[] {
  return stack.ofType('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable').map(definitionOf);
}

function definitionOf(table: Resource): TableDefinition {
  const globalIndexes = indexesOf(table.property('GlobalSecondaryIndexes'));
  const localIndexes = indexesOf(table.property('LocalSecondaryIndexes'));
  const stream = streamOf(table);
  const timeToLive = asRecord(table.property('TimeToLiveSpecification'));
  return {
    create: {
      TableName: table.physicalId,
      KeySchema: keySchema(table.property('KeySchema')),
      AttributeDefinitions: attributes(table.property('AttributeDefinitions')),
      // Capacity and billing have no meaning here.
      BillingMode: 'PAY_PER_REQUEST',
      ...(globalIndexes.length > 0 ? { GlobalSecondaryIndexes: globalIndexes } : {}),
      ...(localIndexes.length > 0 ? { LocalSecondaryIndexes: localIndexes } : {}),
      ...(stream === undefined ? {} : { StreamSpecification: { StreamEnabled: true, StreamViewType: stream } }),
    },
    timeToLiveAttribute: isTrue(timeToLive['Enabled']) ? asText(timeToLive['AttributeName']) : undefined,
  };
}

function keySchema(value: unknown): KeySchemaElement[] {
  return asList(value).map((item) => {
    const element = asRecord(item);
    return {
      AttributeName: asText(element['AttributeName']),
      KeyType: element['KeyType'] === 'HASH' ? 'HASH' : 'RANGE',
    };
  });
}

function attributes(value: unknown): NonNullable<CreateTableCommandInput['AttributeDefinitions']> {
  return asList(value).map((item) => {
    const attribute = asRecord(item);
    return { AttributeName: asText(attribute['AttributeName']), AttributeType: scalarType(attribute['AttributeType']) };
  });
}

function scalarType(value: unknown): 'S' | 'N' | 'B' {
  return value === 'N' || value === 'B' ? value : 'S';
}

function indexesOf(value: unknown): GlobalSecondaryIndex[] {
  return asList(value).map((item) => {
    const index = asRecord(item);
    const projection = asRecord(index['Projection']);
    const included = texts(projection['NonKeyAttributes']);
    return {
      IndexName: asText(index['IndexName']),
      KeySchema: keySchema(index['KeySchema']),
      Projection: {
        ProjectionType: projectionType(projection['ProjectionType']),
        ...(included.length > 0 ? { NonKeyAttributes: included } : {}),
      },
    };
  });
}

function projectionType(value: unknown): 'ALL' | 'INCLUDE' | 'KEYS_ONLY' {
  return value === 'INCLUDE' || value === 'KEYS_ONLY' ? value : 'ALL';
}

/** The newer resource type always streams old and new images once it has replicas; the template says so either way. */
function streamOf(table: Resource): 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES' | undefined {
  const view = asRecord(table.property('StreamSpecification'))['StreamViewType'];
  switch (view) {
    case 'KEYS_ONLY':
    case 'NEW_IMAGE':
    case 'OLD_IMAGE':
    case 'NEW_AND_OLD_IMAGES':
      return view;
    default:
      return undefined;
  }
}
