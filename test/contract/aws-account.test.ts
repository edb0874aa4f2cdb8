import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accountId } from '../../scripts/deploy/account-id.ts';
import { awsAccount } from '../../scripts/deploy/aws-account.ts';
import type { Account } from '../../scripts/deploy/ports.ts';

const TEMPLATE = { Resources: { Table: { Type: 'AWS::DynamoDB::GlobalTable' } } };
const TOPIC = 'arn:aws:sns:eu-west-1:111122223333:alarms';

/** What AWS answers to an action, in its own XML; a status above 299 is an error. */
let answers: Record<string, { readonly status?: number; readonly xml: string }>;
const server = createServer((request, response) => void answer(request, response));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const action = new URLSearchParams(await text(request)).get('Action') ?? '';
  const { status = 200, xml } = answers[action] ?? { status: 500, xml: '<Error/>' };
  response.writeHead(status, { 'content-type': 'text/xml' }).end(xml);
}

let account: Account;

function aws(): { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } } {
  const { port } = server.address() as AddressInfo;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return { endpoint: `http://127.0.0.1:${port}`, region: 'eu-west-1', credentials };
}

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  account = awsAccount(aws());
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  answers = {
    DescribeStacks: { xml: described('UPDATE_COMPLETE') },
    GetTemplate: { xml: wrapped('GetTemplate', `<TemplateBody>${escaped(JSON.stringify(TEMPLATE))}</TemplateBody>`) },
  };
});

describe('the account', () => {
  it('is the one that the credentials belong to, and no other where AWS does not accept them', async () => {
    answers['GetCallerIdentity'] = { xml: wrapped('GetCallerIdentity', '<Account>111122223333</Account>') };
    expect(await accountId(aws())).toBe('111122223333');
    answers['GetCallerIdentity'] = { status: 403, xml: failure('InvalidClientTokenId', 'not valid') };
    await expect(accountId(aws())).rejects.toThrow('AWS does not accept these credentials');
  });

  it('has a stack with its template and its protection', async () => {
    expect(await account.stack('mirror')).toEqual({ template: TEMPLATE, isProtected: true });
    expect(await account.outputs('mirror')).toEqual({ ApiUrl: 'https://api.example.com' });
  });

  it('has no stack that CloudFormation does not know, nor one that was never made', async () => {
    answers['DescribeStacks'] = { status: 400, xml: failure('ValidationError', 'Stack with id mirror does not exist') };
    expect(await account.stack('mirror')).toBe(undefined);
    answers['DescribeStacks'] = { xml: described('REVIEW_IN_PROGRESS') };
    expect(await account.stack('mirror')).toBe(undefined);
  });

  it('is not taken for empty when it does not let us look', async () => {
    answers['DescribeStacks'] = { status: 403, xml: failure('AccessDenied', 'not authorized') };
    await expect(account.stack('mirror')).rejects.toThrow('These credentials lack the permission');
  });

  it('counts those who are told, and not those who have yet to say yes', async () => {
    const member = (arn: string): string => `<member><SubscriptionArn>${arn}</SubscriptionArn></member>`;
    answers['ListSubscriptionsByTopic'] = {
      xml: wrapped(
        'ListSubscriptionsByTopic',
        `<Subscriptions>${member(`${TOPIC}:1`)}${member('PendingConfirmation')}</Subscriptions>`,
      ),
    };
    expect(await account.subscribers(TOPIC)).toBe(1);
  });
});

function described(status: string): string {
  const output = '<OutputKey>ApiUrl</OutputKey><OutputValue>https://api.example.com</OutputValue>';
  return wrapped(
    'DescribeStacks',
    `<Stacks><member><StackName>mirror</StackName><StackStatus>${status}</StackStatus>` +
      `<EnableTerminationProtection>true</EnableTerminationProtection>` +
      `<CreationTime>2026-11-26T00:00:00Z</CreationTime><Outputs><member>${output}</member></Outputs></member></Stacks>`,
  );
}

function wrapped(action: string, result: string): string {
  return `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`;
}

function failure(code: string, message: string): string {
  return `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
}

function escaped(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
