import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readRecords } from '../../scripts/failures/read-records.ts';

/** Sequence numbers that the stream still has. */
let kept: readonly number[] = [];

/** A stream that lets go of its records one by one: who asks for one that is gone is told so. */
const server = createServer((request, response) => {
  void (async () => {
    const input = JSON.parse(await text(request)) as Record<string, string>;
    const operation = String(request.headers['x-amz-target']).split('.')[1];
    const from =
      operation === 'GetRecords' ? Number(input['ShardIterator']) : Number(input['SequenceNumber'] ?? kept[0]);
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    if (operation === 'GetRecords') {
      const records = kept.filter((number) => number >= from);
      const Records = records.map((number) => ({
        eventID: String(number),
        dynamodb: { SequenceNumber: String(number) },
      }));
      response.end(JSON.stringify({ Records }));
    } else if (input['ShardIteratorType'] === 'AT_SEQUENCE_NUMBER' && from < (kept[0] ?? Infinity)) {
      const __type = 'com.amazonaws.dynamodb.v20120810#TrimmedDataAccessException';
      response.writeHead(400).end(JSON.stringify({ __type, message: 'trimmed' }));
    } else {
      response.end(JSON.stringify({ ShardIterator: String(from) }));
    }
  })();
});
let streams: DynamoDBStreamsClient;
beforeAll(async () => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  streams = new DynamoDBStreamsClient({ endpoint: `http://127.0.0.1:${port}`, region: 'eu-west-1', credentials });
});
afterAll(() => {
  streams.destroy();
  return new Promise((resolve) => server.close(resolve));
});

async function read(): Promise<readonly string[]> {
  const ids: string[] = [];
  const where = { functionName: 'changes', condition: '', streamArn: 'arn', shardId: 'shard', size: 3 };
  for await (const records of readRecords(streams, { ...where, first: 1n, last: 3n })) {
    ids.push(...records.map((json) => (JSON.parse(json) as { eventID: string }).eventID));
  }
  return ids;
}

it.each([
  [
    [1, 2, 3, 4],
    ['1', '2', '3'],
  ],
  [
    [2, 3, 4],
    ['2', '3'],
  ],
  [[3, 4], ['3']],
])('of a batch of 1 to 3, from a stream that has %j, %j are read', async (records, expected) => {
  kept = records;
  expect(await read()).toEqual(expected);
});

it('a batch of which nothing is left is lost', async () => {
  kept = [4, 5];
  await expect(read()).rejects.toThrow('the stream has let go of it');
});
