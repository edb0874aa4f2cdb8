import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Failure } from '../../scripts/failures/failure.ts';
import { createRetry } from '../../scripts/failures/retry.ts';

const QUEUE = 'https://sqs.eu-west-1.amazonaws.com/111122223333';
const FUNCTION = 'AWS::Lambda::Function';

/** Two mirrors in one stack, with a table of another stack. */
const FUNCTIONS: Readonly<Record<string, object>> = {
  reconcilerA: { DeadLetterConfig: { TargetArn: 'arn:aws:sqs:eu-west-1:111122223333:failuresA' } },
  reconcilerB: { DeadLetterConfig: { TargetArn: 'arn:aws:sqs:eu-west-1:111122223333:failuresB' } },
  changes: { Environment: { Variables: { TABLE_NAME: 'users-of-another-stack' } } },
};

const invoked: string[] = [];
/** Lambda and the table's stream, as far as they are asked. */
const server = createServer((request, response) => {
  const [, name = '', what] = /functions\/([^/?]+)\/(configuration|invocations)/.exec(request.url ?? '') ?? [];
  if (what === 'configuration') return void response.end(JSON.stringify({ FunctionName: name, ...FUNCTIONS[name] }));
  if (what === 'invocations') {
    invoked.push(decodeURIComponent(name));
    return void response.writeHead(202).end();
  }
  response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify({ __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException' }));
});
beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => void invoked.splice(0));

function retry(failure: Partial<Failure>) {
  const { port } = server.address() as AddressInfo;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const aws = { endpoint: `http://127.0.0.1:${port}`, region: 'eu-west-1', credentials };
  const resource = (type: string, logicalId: string, physicalId: string) => ({ type, logicalId, physicalId });
  const retrying = createRetry({
    place: { stackName: 'app', aws, tables: aws, api: undefined, standIn: undefined, token: undefined },
    outputs: { ReconcilerName: 'reconcilerA' },
    resources: [
      resource(FUNCTION, 'UsersAReconcilerRun01234567', 'reconcilerA'),
      resource(FUNCTION, 'UsersBReconcilerRun01234567', 'reconcilerB'),
      resource(FUNCTION, 'UsersAChanges01234567', 'changes'),
    ],
    failures: () => Promise.resolve([]),
    remove: () => Promise.resolve(),
    close: () => Promise.resolve(),
  });
  return retrying({ id: 'one', sentAt: '', receipt: '', queueUrl: `${QUEUE}/failuresA`, ...failure });
}

const batch = (tableName: string) => ({
  functionName: 'changes',
  condition: 'RetryAttemptsExhausted',
  streamArn: `arn:aws:dynamodb:eu-west-1:111122223333:table/${tableName}/stream/2026-01-01T00:00:00.000`,
  shardId: 'shardId-1',
  first: 1n,
  last: 2n,
  size: 2,
});

it.each(['A', 'B'])(
  'a run that ended in the queue of mirror %s is begun again there, and not in the other one',
  async (mirror) => {
    const failure = { event: { mode: 'full' }, queueUrl: `${QUEUE}/failures${mirror}` };
    expect(await retry(failure)).toMatchObject({ ok: true });
    expect(invoked).toEqual([`reconciler${mirror}:live`]);
  },
);

it('a run in a queue of nobody stays there', async () => {
  const result = await retry({ event: { mode: 'full' }, queueUrl: `${QUEUE}/failures` });
  expect(result).toEqual({ ok: false, said: 'no reconciler of this stack gives up into its queue' });
  expect(invoked).toEqual([]);
});

it("changes of a table that is another stack's are read again where the function works with that table, and only there", async () => {
  expect(await retry({ batch: batch('users-of-another-stack') })).toMatchObject({
    said: expect.stringContaining('let go') as string,
  });
  expect(await retry({ batch: batch('somebody-elses') })).toMatchObject({
    ok: false,
    said: 'it is about a function or a table of another stack',
  });
});
