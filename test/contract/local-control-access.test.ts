import { request } from 'node:http';
import type { OutgoingHttpHeaders } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStandIn } from '../support/clerk/stand-in.ts';
import type { StandInUnderTest } from '../support/clerk/stand-in.ts';
import { call, startOrchard } from '../support/cloud/orchard.ts';
import type { Orchard } from '../support/cloud/orchard.ts';

/** What a web page of somebody else can make a browser on this machine send. */
const STRANGERS: readonly (readonly [string, OutgoingHttpHeaders])[] = [
  ['a page of another site', { origin: 'https://example.com' }],
  ['a sandboxed page', { origin: 'null' }],
  ['a name that was rebound to this machine', { host: 'rebound.example.com:3000' }],
];

describe('the control routes of the local cloud', () => {
  let orchard: Orchard;
  beforeAll(async () => {
    orchard = await startOrchard();
  });
  afterAll(() => orchard.close());

  it.each(STRANGERS)('show nothing to %s', async (_, headers) => {
    for (const path of ['/__local', '/__local/logs', '/__local/metrics', '/__local/nothing']) {
      const { status, type, body } = await send('GET', orchard.url + path, headers);
      expect([status, type]).toEqual([403, 'application/json']);
      expect(body).toEqual({ error: expect.stringMatching(/Host header|Origin header/) as unknown });
    }
  });

  it.each(STRANGERS)('do nothing for %s', async (_, headers) => {
    const name = orchard.cloud.schedules[0]?.name ?? '';
    const { status } = await send('POST', `${orchard.url}/__local/schedules/${name}`, headers, '{}');
    expect(status).toBe(403);
    const logs = await call(`${orchard.url}/__local/logs`);
    expect(logs.text).not.toContain('served');
  });

  it.each([
    ['a page that the local cloud itself serves', (url: string) => ({ origin: url })],
    ['a tool that says localhost', (url: string) => ({ host: `localhost:${new URL(url).port}` })],
  ])('answer %s', async (_, headersFor) => {
    const { status, body } = await send('GET', `${orchard.url}/__local`, headersFor(orchard.url));
    expect(status).toBe(200);
    expect(body).toHaveProperty('controls');
  });

  it.each(STRANGERS)("leave the template's own routes to the template: %s gets its answer", async (_, headers) => {
    const { status, body } = await send('GET', `${orchard.url}/echo`, headers);
    expect(status).toBe(200);
    expect(body).toHaveProperty('event');
  });
});

describe('the control routes of the stand-in for Clerk', () => {
  let standIn: StandInUnderTest;
  beforeAll(async () => {
    standIn = await startStandIn();
  });
  afterAll(() => standIn[Symbol.asyncDispose]());

  it.each(STRANGERS)('show nothing to %s', async (_, headers) => {
    for (const path of ['/', '/__local/settings', '/__local/deliveries', '/__local/nothing']) {
      const { status, type, body } = await send('GET', standIn.clerk.url + path, headers);
      expect([status, type]).toEqual([403, 'application/json']);
      const message = expect.stringMatching(/Host header|Origin header/) as unknown;
      expect(body).toEqual({ error: { code: 'not_local', message } });
    }
  });

  it.each(STRANGERS)('mint no token and change nothing for %s', async (_, headers) => {
    const { id } = await standIn.client.users.createUser({ firstName: 'A' });
    const minted = await send('POST', `${standIn.clerk.url}/__local/tokens`, headers, JSON.stringify({ userId: id }));
    expect([minted.status, JSON.stringify(minted.body)]).toEqual([403, expect.not.stringContaining('token')]);
    const before = (await standIn.control('GET', '/faults')).body;
    const faults = JSON.stringify({ api: { rate5xx: 1 } });
    expect((await send('PUT', `${standIn.clerk.url}/__local/faults`, headers, faults)).status).toBe(403);
    expect((await standIn.control('GET', '/faults')).body).toEqual(before);
  });

  it('answer a page of this machine and a tool that says localhost', async () => {
    for (const headers of [{ origin: 'http://localhost:5173' }, { host: 'localhost' }])
      expect((await send('GET', `${standIn.clerk.url}/__local/settings`, headers)).status).toBe(200);
  });

  it.each(STRANGERS)(
    'leave keys and Backend API as they are at Clerk: %s needs what everybody needs',
    async (_, strange) => {
      const keys = await send('GET', `${standIn.clerk.url}/.well-known/jwks.json`, strange);
      expect([keys.status, keys.body]).toEqual([200, { keys: [expect.objectContaining({ kid: standIn.clerk.kid })] }]);
      const users = `${standIn.clerk.url}/v1/users`;
      expect((await send('GET', users, strange)).status).toBe(401);
      const headers = { ...strange, authorization: `Bearer ${standIn.clerk.secretKey}` };
      expect((await send('GET', users, headers)).status).toBe(200);
    },
  );
});

interface Answer {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly body: unknown;
}

/** `fetch` would not let a test choose the Host header. */
function send(method: string, url: string, headers: OutgoingHttpHeaders, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const parsed: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
        resolve({ status: response.statusCode, type: response.headers['content-type'], body: parsed });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
