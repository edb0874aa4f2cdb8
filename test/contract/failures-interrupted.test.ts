import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';

const FAILURES = join(import.meta.dirname, '../../scripts/failures.ts');
const QUEUE = 'https://sqs.eu-west-1.amazonaws.com/111122223333/failures';
const Body = '{"mode":"full"}';
const MD5OfBody = createHash('md5').update(Body).digest('hex');
const MESSAGE = { MessageId: 'one', ReceiptHandle: 'receipt', Body, MD5OfBody };

let isAsked = false;
let messages: readonly object[] = [MESSAGE];
const shown: unknown[] = [];

/** CloudFormation and SQS as far as they are asked, and a Lambda that never answers. */
const server = createServer((request, response) => {
  void (async () => {
    const body = await text(request);
    const action =
      String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? new URLSearchParams(body).get('Action');
    if (action === 'DescribeStacks')
      response.end(xml(action, '<Stacks><member><StackName>app</StackName></member></Stacks>'));
    else if (action === 'ListStackResources') response.end(xml(action, RESOURCES));
    else if (action === 'ReceiveMessage') {
      response.end(JSON.stringify({ Messages: messages }));
      messages = [];
    } else if (action === 'ChangeMessageVisibility') {
      shown.push(JSON.parse(body));
      response.end('{}');
    } else isAsked = true;
  })();
});
beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const member = (type: string, logical: string, physical: string): string =>
  `<member><ResourceType>${type}</ResourceType><LogicalResourceId>${logical}</LogicalResourceId>` +
  `<PhysicalResourceId>${physical}</PhysicalResourceId></member>`;
const RESOURCES = `<StackResourceSummaries>${
  member('AWS::SQS::Queue', 'SyncReconcilerFailures01234567', QUEUE) +
  member('AWS::Lambda::Function', 'SyncReconcilerRun01234567', 'reconciler')
}</StackResourceSummaries>`;

function xml(action: string, result: string): string {
  return `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`;
}

it('Ctrl-C in the middle of a retry shows the messages again, says how to go on, and ends with 130', async () => {
  const { port } = server.address() as AddressInfo;
  const child = spawn(process.execPath, [FAILURES, 'retry', '--all', '--stack', 'app'], {
    env: {
      PATH: process.env['PATH'] ?? '',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    },
  });
  const said = text(child.stderr);
  const ended = new Promise((resolve) => void child.once('exit', resolve));
  await expect.poll(() => isAsked || child.exitCode !== null, { timeout: 10_000 }).toBe(true);
  child.kill('SIGINT');
  const code = await ended;
  expect(await said).toContain('The same command goes on.');
  expect(code).toBe(130);
  expect(await said).toContain('The same command goes on.');
  expect(shown).toEqual([{ QueueUrl: QUEUE, ReceiptHandle: 'receipt', VisibilityTimeout: 0 }]);
});
