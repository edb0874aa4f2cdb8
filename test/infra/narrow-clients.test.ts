import { createHash, createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient as WholeClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient as WholeSecrets } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseOutput, toBody } from '../../infra/constructs/stand-ins/aws-json/answer.ts';
import { endpointOf } from '../../infra/constructs/stand-ins/aws-json/endpoint.ts';
import { JsonClient } from '../../infra/constructs/stand-ins/aws-json/json-client.ts';
import { escapeUri } from '../../infra/constructs/stand-ins/protocols.ts';

/** One of each kind that AWS has, and those whose names look alike. */
const REGIONS = [
  'us-east-1',
  'us-west-2',
  'eu-central-1',
  'eu-central-2',
  'ap-southeast-5',
  'mx-central-1',
  'il-central-1',
  'ca-west-1',
  'cn-north-1',
  'cn-northwest-1',
  'us-gov-east-1',
  'us-gov-west-1',
  'us-iso-east-1',
  'us-isob-east-1',
  'eu-isoe-west-1',
  'us-isof-south-1',
  'eusc-de-east-1',
];
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', SECRET);
  vi.stubEnv('AWS_SESSION_TOKEN', 'the-session');
});
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

describe('the endpoint of a narrow client', () => {
  it.each(REGIONS)("in %s is the SDK's own", (region) => {
    const parameters = { Region: region, UseFIPS: false, UseDualStack: false };
    const tables = new WholeClient({ region }).config.endpointProvider(parameters);
    const secrets = new WholeSecrets({ region }).config.endpointProvider(parameters);
    expect(endpointOf('dynamodb', 'DYNAMODB', region, {}).href).toBe(tables.url.href);
    expect(endpointOf('secretsmanager', 'SECRETS_MANAGER', region, {}).href).toBe(secrets.url.href);
  });

  it('is the one that the environment names, for the service before that for all', () => {
    const all = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1/' };
    expect(endpointOf('dynamodb', 'DYNAMODB', 'us-east-1', all).port).toBe('1');
    const both = { ...all, AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:2/' };
    expect(endpointOf('dynamodb', 'DYNAMODB', 'us-east-1', both).port).toBe('2');
    const empty = { ...all, AWS_ENDPOINT_URL_DYNAMODB: '' };
    expect(endpointOf('dynamodb', 'DYNAMODB', 'us-east-1', empty).port).toBe('1');
  });

  it.each(['AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT'])(
    'is refused where %s asks for another kind, with what to set instead',
    (name) => {
      expect(() => endpointOf('dynamodb', 'DYNAMODB', 'us-east-1', { [name]: 'true' })).toThrow(
        `${name} is set, which this function's client does not know: set AWS_ENDPOINT_URL_DYNAMODB`,
      );
    },
  );
});

describe('a request of a narrow client', () => {
  it('is signed as AWS has it, with every call a body and a time of its own', async () => {
    const seen: { readonly request: IncomingMessage; readonly body: string }[] = [];
    const client = await clientOver((request, response, body) => {
      seen.push({ request, body });
      response.end('{}');
    });
    for (const id of ['ünï', 'two', 'three']) await client.call('GetItem', { Key: { pk: { S: id } } });
    expect(seen).toHaveLength(3);
    for (const { request, body } of seen) {
      expect(request.headers).toMatchObject({
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'DynamoDB_20120810.GetItem',
        'x-amz-security-token': 'the-session',
      });
      expect(request.headers.authorization).toBe(authorizationOf(request, body));
    }
  });

  it('is not sent without credentials or a region, and the error says what to set', async () => {
    const client = await clientOver((_request, response) => response.end('{}'));
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', '');
    await expect(client.call('GetItem', {})).rejects.toThrow('set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
    vi.stubEnv('AWS_REGION', undefined);
    expect(() => new JsonClient(SERVICE, {})).toThrow('set AWS_REGION');
  });

  it('escapes what signatures want escaped', () => {
    expect(escapeUri("/a b!'()*~")).toBe('%2Fa%20b%21%27%28%29%2A~');
  });
});

describe('a narrow client that gets no for an answer', () => {
  it.each([
    [500, { __type: 'x#InternalServerError' }, 3],
    [400, { __type: 'x#ThrottlingException' }, 3],
    [429, { code: 'TooManyRequestsException:http://example.com/' }, 3],
    [400, { __type: 'x#ValidationException' }, 1],
    [403, { __type: 'x#AccessDeniedException' }, 1],
  ])('of %i %o asks as often as that may help', async (status, body, times) => {
    let asked = 0;
    const client = await clientOver((_request, response) => {
      asked += 1;
      response.writeHead(status).end(JSON.stringify(body));
    });
    const [type = ''] = Object.values(body);
    const error = { name: type.replace('x#', '').split(':')[0], $metadata: { httpStatusCode: status } };
    await expect(client.call('GetItem', {})).rejects.toMatchObject(error);
    expect(asked).toBe(times);
  });

  it('takes one after another failed for the answer', async () => {
    let asked = 0;
    const client = await clientOver((_request, response) => {
      asked += 1;
      if (asked === 1) response.destroy();
      else response.end('{"Item":{"n":{"N":"1"}}}');
    });
    expect(await client.call('GetItem', {})).toEqual({ Item: { n: { N: '1' } } });
  });

  it('does not take half an answer for a whole one', async () => {
    const client = await clientOver((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{}', () => response.destroy());
    });
    await expect(client.call('GetItem', {})).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it.each(['', '[1', 'null', '"text"'])('does not take %j for an answer', async (text) => {
    const client = await clientOver((_request, response) => response.end(text));
    await expect(client.call('GetItem', {})).rejects.toThrow(SyntaxError);
  });
});

it('Bytes come back as they went, and an attribute by the name of B is none', () => {
  const bytes = new Uint8Array([0, 255, 128, 10]);
  const item = {
    b: { B: bytes },
    s: { BS: [bytes, new Uint8Array([1])] },
    B: { S: 'text' },
    m: { M: { B: { N: '1' } } },
  };
  expect(parseOutput(toBody({ Item: item }))).toEqual({ Item: item });
  expect(toBody({ B: Buffer.from('hi') })).toBe('{"B":"aGk="}');
});

const SERVICE = {
  name: 'dynamodb',
  variable: 'DYNAMODB',
  target: 'DynamoDB_20120810',
  contentType: 'application/x-amz-json-1.0',
};

async function clientOver(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<JsonClient> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (piece: string) => (body += piece));
    request.on('end', () => answer(request, response, body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = new JsonClient(SERVICE, { endpoint: `http://127.0.0.1:${port}` });
  cleanups.push(() => {
    client.destroy();
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return client;
}

/** Signature Version 4, as the service's documentation describes it, of what came. */
function authorizationOf({ headers }: IncomingMessage, body: string): string {
  const time = String(headers['x-amz-date']);
  const scope = `${time.slice(0, 8)}/eu-central-1/dynamodb/aws4_request`;
  const names = /SignedHeaders=([^,]+),/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? [];
  // What decides what a request does, whose it is and how long it is good must not be left out.
  expect(names).toEqual(expect.arrayContaining(['host', 'x-amz-date', 'x-amz-security-token', 'x-amz-target']));
  const lines = names.map((name) => `${name}:${String(headers[name])}\n`).join('');
  const request = `POST\n/\n\n${lines}\n${names.join(';')}\n${createHash('sha256').update(body).digest('hex')}`;
  const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const key = scope.split('/').reduce<Buffer | string>(hmac, `AWS4${SECRET}`);
  const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${createHash('sha256').update(request).digest('hex')}`;
  const signature = hmac(key, text).toString('hex');
  return `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
}
