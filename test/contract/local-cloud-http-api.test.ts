import { createConnection } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asRecord } from '../../infra/local/cloud/json.ts';
import { call, startOrchard } from '../support/cloud/orchard.ts';
import type { JsonAnswer, Orchard } from '../support/cloud/orchard.ts';

let orchard: Orchard;
let url: string;

beforeAll(async () => {
  orchard = await startOrchard();
  url = orchard.url;
});
afterAll(() => orchard.close());

function eventOf(answer: JsonAnswer): Record<string, unknown> {
  return asRecord(answer.body['event']);
}

async function mirrored(answer: unknown): Promise<JsonAnswer> {
  return call(`${url}/mirror`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(answer),
  });
}

describe('the event of payload format 2.0', () => {
  it('has headers in lower case, cookies apart, and repeated parameters joined', async () => {
    const headers = { 'X-Colour': 'red', Cookie: 'a=1; b=2' };
    const event = eventOf(await call(`${url}/echo?x=1&x=2&y=a%20b&empty=`, { headers }));
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'GET /echo',
      rawPath: '/echo',
      rawQueryString: 'x=1&x=2&y=a%20b&empty=',
      cookies: ['a=1', 'b=2'],
      queryStringParameters: { x: '1,2', y: 'a b', empty: '' },
      headers: { 'x-colour': 'red', 'x-forwarded-for': '127.0.0.1' },
      stageVariables: { season: 'autumn' },
      isBase64Encoded: false,
    });
    expect(event['headers']).not.toHaveProperty('cookie');
    expect(event).not.toHaveProperty('pathParameters');
    expect(event).not.toHaveProperty('body');
  });

  it('describes the request in its context', async () => {
    const before = Date.now();
    const context = asRecord(
      eventOf(await call(`${url}/echo`, { headers: { 'user-agent': 'apple' } }))['requestContext'],
    );
    const apiId = orchard.cloud.physicalId('Gate');
    expect(context).toMatchObject({
      accountId: '000000000000',
      apiId,
      domainName: `${apiId}.execute-api.us-east-1.amazonaws.com`,
      domainPrefix: apiId,
      http: { method: 'GET', path: '/echo', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'apple' },
      routeKey: 'GET /echo',
      stage: '$default',
    });
    expect(context['time']).toMatch(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
    expect(Number(context['timeEpoch'])).toBeGreaterThanOrEqual(before);
    expect(context).not.toHaveProperty('authorizer');
  });

  it('joins a header that is sent twice', async () => {
    const raw = await sendRaw(`GET /echo HTTP/1.1\r\nHost: local\r\nX-A: 1\r\nX-A: 2\r\nConnection: close\r\n\r\n`);
    expect(raw).toContain('"x-a":"1,2"');
  });

  it.each([
    ['application/json', '{"ü":1}', false],
    ['application/vnd.apple+json; charset=utf-8', '{}', false],
    ['text/plain', 'fruit', false],
    ['application/x-www-form-urlencoded', 'a=1', true],
    ['application/octet-stream', 'bytes', true],
  ])('has a body of the type %s as text or base64, byte for byte', async (type, text, encoded) => {
    const event = eventOf(await call(`${url}/echo`, { method: 'POST', headers: { 'content-type': type }, body: text }));
    expect(event['isBase64Encoded']).toBe(encoded);
    expect(Buffer.from(String(event['body']), encoded ? 'base64' : 'utf8').toString('utf8')).toBe(text);
  });

  it('has decoded path parameters', async () => {
    const event = eventOf(await call(`${url}/items/red%20apple`));
    expect(event).toMatchObject({ rawPath: '/items/red apple', pathParameters: { id: 'red apple' } });
  });
});

describe('the choice of a route', () => {
  it.each([
    ['GET', '/items/fixed', 'GET /items/fixed'],
    ['GET', '/items/5', 'GET /items/{id}'],
    ['PUT', '/items/5', 'ANY /items/{id}'],
    ['GET', '/files/a/b/c', 'GET /files/{path+}'],
    ['DELETE', '/files/a', 'ANY /files/{path+}'],
  ])('%s %s goes to %s', async (method, path, key) => {
    expect(eventOf(await call(`${url}${path}`, { method }))['routeKey']).toBe(key);
  });

  it.each([
    ['GET', '/nowhere'],
    ['DELETE', '/echo'],
    ['GET', '/echo/'],
    ['GET', '/items/'],
    ['GET', '/files/'],
    ['GET', '/items/5/more'],
  ])('%s %s is not found', async (method, path) => {
    const answer = await call(`${url}${path}`, { method });
    expect([answer.status, answer.body]).toEqual([404, { message: 'Not Found' }]);
  });

  it('serves a named stage under its name only, with its route $default and payload format 1.0', async () => {
    const annex = orchard.cloud.apis[1]?.url ?? '';
    const event = eventOf(await call(`${annex}/v1/any/thing?x=1&x=2`));
    expect(event).toMatchObject({
      version: '1.0',
      resource: '$default',
      path: '/v1/any/thing',
      httpMethod: 'GET',
      queryStringParameters: { x: '2' },
      multiValueQueryStringParameters: { x: ['1', '2'] },
      requestContext: { stage: 'v1', resourcePath: '$default' },
    });
    expect((await call(`${annex}/any/thing`)).status).toBe(404);
  });
});

describe('the response', () => {
  it.each([
    ['an object without a status is the body of a 200', { fruit: 'fig' }, '{"fruit":"fig"}', 'application/json'],
    ['a text is the body of a 200', 'fig', 'fig', 'application/json'],
    ['nothing is null', null, 'null', 'application/json'],
    ['a body has a default type', { statusCode: 200, body: 'fig' }, 'fig', 'text/plain; charset=utf-8'],
  ])('%s', async (_, answer, text, type) => {
    const response = await mirrored(answer);
    expect([response.status, response.text, response.headers.get('content-type')]).toEqual([200, text, type]);
  });

  it('has the status, headers and cookies that the function says, and decoded bytes', async () => {
    const body = Buffer.from([0, 255, 1]).toString('base64');
    const headers = { 'X-Count': 3, 'Content-Type': 'image/png' };
    const response = await fetch(`${url}/mirror`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ statusCode: 418, headers, cookies: ['a=1; Path=/', 'b=2'], body, isBase64Encoded: true }),
    });
    expect(response.status).toBe(418);
    expect(response.headers.get('x-count')).toBe('3');
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(response.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2']);
    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0, 255, 1]);
  });

  it.each([
    ['a status that is none', { statusCode: 'green' }],
    ['a status out of range', { statusCode: 99 }],
    ['a body that is no text', { statusCode: 200, body: { a: 1 } }],
    ['a header that is no text', { statusCode: 200, headers: { a: { b: 1 } } }],
    ['a header that cannot be sent', { statusCode: 200, headers: { a: 'b\nc: d' } }],
  ])('is a 500 for %s', async (_, answer) => {
    const response = await mirrored(answer);
    expect([response.status, response.body]).toEqual([500, { message: 'Internal Server Error' }]);
  });

  it.each([
    ['fails', '/trouble?kind=throw', 500],
    ['ends its process', '/trouble?kind=exit', 500],
    ['takes longer than its timeout', '/trouble?kind=sleep', 503],
  ])('is an error when the function %s', async (_, path, status) => {
    const message = status === 503 ? 'Service Unavailable' : 'Internal Server Error';
    const answer = await call(`${url}${path}`);
    expect([answer.status, answer.body]).toEqual([status, { message }]);
  });

  it('is a 503 when the integration takes longer than its own timeout, before the function has reached its own', async () => {
    const startedAt = performance.now();
    expect((await call(`${url}/impatient?sleepMs=4000`)).status).toBe(503);
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });

  it('is a 503 for a request beyond the concurrency that the function has reserved', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => call(`${url}/single?sleepMs=1000`)));
    expect(answers.map((answer) => answer.status).toSorted((left, right) => left - right)).toEqual([200, 503, 503]);
  });

  it('is a 500 when no permission lets the API invoke the function, and the log says why', async () => {
    const answer = await call(`${url}/unpermitted`);
    const logs = await call(`${url}/__local/logs?function=local-cloud`);
    expect(answer.status).toBe(500);
    expect(logs.text).toContain('AWS::Lambda::Permission');
  });
});

describe('limits', () => {
  it('refuses a body over 10 MB', async () => {
    const answer = await call(`${url}/echo`, { method: 'POST', body: Buffer.alloc(10 * 1024 * 1024 + 1) });
    expect(answer.status).toBe(413);
  });

  it('refuses headers over 10,240 bytes and takes a little less', async () => {
    const headers = (size: number): Record<string, string> => ({ 'x-long': 'a'.repeat(size) });
    expect((await call(`${url}/echo`, { headers: headers(10_240) })).status).toBe(431);
    expect((await call(`${url}/echo`, { headers: headers(9_000) })).status).toBe(200);
  });

  it('refuses a path that is not encoded rightly', async () => {
    expect((await call(`${url}/items/%E0%A4%A`)).status).toBe(400);
  });

  it('throttles a route once its burst is used up, and lets it in again later', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => call(`${url}/limited`)));
    const statuses = answers.map((answer) => answer.status);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(2);
    expect(statuses).toContain(429);
    await expect.poll(async () => (await call(`${url}/limited`)).status, { timeout: 5000, interval: 300 }).toBe(200);
  });
});

describe('CORS', () => {
  const origin = 'https://app.example.com';

  it('answers a preflight itself, for a route that there is or is not', async () => {
    const headers = { origin, 'access-control-request-method': 'POST' };
    const answer = await call(`${url}/guarded`, { method: 'OPTIONS', headers });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    expect(answer.headers.get('access-control-allow-methods')).toBe('GET,POST');
    expect(answer.headers.get('access-control-max-age')).toBe('600');
  });

  it('adds its header to every response for an allowed origin, also to refusals, and to none for another', async () => {
    const refused = await call(`${url}/guarded`, { headers: { origin } });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, origin]);
    const other = await call(`${url}/echo`, { headers: { origin: 'https://other.example.com' } });
    expect([other.status, other.headers.get('access-control-allow-origin')]).toEqual([200, null]);
  });
});

function sendRaw(text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = createConnection(Number(port), hostname, () => socket.write(text));
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('utf8')));
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}
