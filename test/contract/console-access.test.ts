import { createServer, request } from 'node:http';
import type { OutgoingHttpHeaders } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRun } from '../../infra/local/console/actions/run-actions.ts';
import { startConsole } from '../../infra/local/console/index.ts';
import { listen } from '../../infra/local/http/server.ts';
import type { Listener } from '../../infra/local/http/server.ts';
import { startStandIn } from '../support/clerk/stand-in.ts';
import type { StandInUnderTest } from '../support/clerk/stand-in.ts';

/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:9';
const ADMIN_KEY = 'cds_admin-key-that-no-page-may-know';

const elsewhere = {
  api: NOWHERE,
  clerk: NOWHERE,
  secretKey: '',
  dynamodb: NOWHERE,
  region: 'us-east-1',
  tableName: 't',
  adminApiKey: ADMIN_KEY,
};

let standIn: StandInUnderTest;
let page: Listener;
const problems: string[] = [];

beforeAll(async () => {
  standIn = await startStandIn();
  const { url: clerk, secretKey } = standIn.clerk;
  page = await startConsole({ ...elsewhere, clerk, secretKey }, { onProblem: (problem) => problems.push(problem) });
});
afterAll(async () => {
  await page?.close();
  await standIn?.[Symbol.asyncDispose]();
});

const JSON_TYPE = { 'content-type': 'application/json' };
const SIGN_UP = { action: 'sign-up', email: 'eve@example.com', firstName: 'Eve', lastName: 'E' };
const countUsers = async (): Promise<number> => (await standIn.client.users.getUserList()).totalCount;

describe('The console', () => {
  it.each([
    ['a page of another site', { origin: 'https://example.com' }],
    ['a sandboxed page', { origin: 'null' }],
    ['a name that was rebound to this machine', { host: 'rebound.example.com:3001' }],
    ['a page of another local server', { origin: 'http://localhost:5173' }],
    // What a browser adds where it adds no Origin: an image, a script or a fetch whose answer the page may not read.
    ['a page of another site that cannot read it', { 'sec-fetch-site': 'cross-site' }],
    ['a page of another local server that cannot read it', { 'sec-fetch-site': 'same-site' }],
  ])('shows nothing to %s, and does nothing for it', async (_, headers) => {
    const mayBeLinkedTo = 'sec-fetch-site' in headers ? [] : ['/', '/main.js'];
    for (const path of [...mayBeLinkedTo, '/api/users', '/api/live', '/api/users/user_x'])
      expect([path, (await send('GET', path, headers)).status]).toEqual([path, 403]);
    expect((await send('POST', '/api/actions', { ...JSON_TYPE, ...headers }, JSON.stringify(SIGN_UP))).status).toBe(
      403,
    );
    expect(await countUsers()).toBe(0);
  });

  it('opens from a link on any page, and from the address line', async () => {
    expect((await send('GET', '/', { 'sec-fetch-site': 'cross-site' })).status).toBe(200);
    for (const site of ['none', 'same-origin'])
      expect((await send('GET', '/api/users', { 'sec-fetch-site': site })).status).toBe(200);
  });

  it('takes no form of a page: only JSON that says that it is', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', undefined]) {
      const headers = type === undefined ? {} : { 'content-type': type };
      expect((await send('POST', '/api/actions', headers, JSON.stringify(SIGN_UP))).status).toBe(403);
    }
    expect(await countUsers()).toBe(0);
  });

  it.each([
    ['', 400],
    ['[]', 400],
    ['{"action":"format-disk"}', 400],
    ['{"action":"delete"}', 400],
    ['{"action":"delete","userId":"../instance"}', 400],
    ['{"action":"approve","runId":"x/../../users"}', 400],
    ['{"action":"webhooks","mode":"explode"}', 400],
    [JSON.stringify({ ...SIGN_UP, firstName: 'x'.repeat(20_000) }), 400],
  ])('refuses what is no action of its: %s', async (body, status) => {
    expect((await send('POST', '/api/actions', JSON_TYPE, body)).status).toBe(status);
  });

  it('has its page and nothing else of this machine', async () => {
    for (const path of ['/../../package.json', '/%2e%2e/index.ts', '/page/main.ts', '/style/main.css', '//'])
      expect([path, (await send('GET', path, {})).status]).toEqual([path, 404]);
    expect((await send('DELETE', '/', JSON_TYPE)).status).toBe(405);
  });

  it('lets its page use its own files only, and nobody frame or read it', async () => {
    for (const path of ['/', '/main.js', '/main.css', '/icon.svg', '/api/users', '/nothing']) {
      const { headers } = await send('GET', path, {});
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain('unsafe');
      expect(policy).toContain("frame-ancestors 'none'");
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
      });
    }
  });

  it('tells which parts do not answer, shows what the others say, and no secret', async () => {
    await standIn.client.users.createUser({ firstName: 'Ada', emailAddress: ['ada@example.com'] });
    const heard = await firstOverview();
    expect(heard.text).not.toMatch(new RegExp(`${ADMIN_KEY}|${standIn.clerk.secretKey}`));
    expect(heard.overview).toMatchObject({ clerkUsers: 1, tableUsers: 0, differing: 1 });
    expect(heard.overview['troubles']).toEqual([
      { part: 'The API', problem: 'does not answer' },
      { part: 'The table', problem: expect.stringMatching(/^cannot be read/) as unknown },
    ]);
    const { body } = await send('GET', '/api/users', {});
    expect(JSON.parse(body)).toMatchObject({ users: [{ name: 'Ada', standing: 'missing' }], total: 1 });
    // Whoever writes into the table by hand may write any id.
    for (const id of ['user_nobody', encodeURIComponent('jemand / anders')])
      expect((await send('GET', `/api/users/${id}`, {})).body).toBe('null');
    for (const id of ['%zz', 'x'.repeat(2_000)])
      expect([id, (await send('GET', `/api/users/${id}`, {})).status]).toEqual([id, 404]);
  });

  it('says what Clerk says where a button cannot do what it is for', async () => {
    const act = async (action: object): Promise<unknown> =>
      JSON.parse((await send('POST', '/api/actions', JSON_TYPE, JSON.stringify(action))).body);
    expect(await act({ ...SIGN_UP, email: 'ada@example.com' })).toMatchObject({
      ok: false,
      message: expect.stringContaining('Clerk answers 422: ') as unknown,
    });
    expect(await act({ ...SIGN_UP, email: 'no@example.com', firstName: '', lastName: '' })).toMatchObject({
      message: 'no@example.com has signed up in Clerk.',
    });
    expect(await act({ action: 'run', kind: 'full' })).toEqual({ ok: false, message: 'The API does not answer.' });
    expect(await act({ action: 'break-row', userId: 'user_x' })).toEqual({
      ok: false,
      message: 'The table cannot be written.',
    });
  });
});

describe('A run that takes its time', () => {
  it('does not keep the button waiting for its end: a browser has few connections', async () => {
    const api = await listen(createServer());
    const place = { ...elsewhere, api: api.url };
    expect(await startRun('full', place, 20)).toEqual({
      ok: true,
      message: 'The full run is at work: see Runs for how it goes.',
    });
    await api.close();
  });
});

describe('What the console reports of itself', () => {
  it('is nothing, whatever it was asked and whoever did not answer', () => expect(problems).toEqual([]));
});

describe('Who has changed in Clerk', () => {
  it('is told from a revision on, whatever faults there are, and everything to who knows another process', async () => {
    await using other = await startStandIn();
    const changes = async (after: number) =>
      (await other.control('GET', `/users?after=${after}`)).body as {
        revision: number;
        after: number;
        users: { id: string }[];
        removed: string[];
      };
    const { id: a } = await other.client.users.createUser({ firstName: 'A' });
    const { id: b } = await other.client.users.createUser({ firstName: 'B' });
    const all = await changes(0);
    expect(all.users.map(({ id }) => id)).toEqual([a, b]);
    await other.client.users.banUser(a);
    await other.client.users.deleteUser(b);
    await other.control('PUT', '/faults', { api: { rate5xx: 1 } });
    const since = await changes(all.revision);
    expect([since.users, since.removed]).toEqual([[expect.objectContaining({ id: a, banned: true })], [b]]);
    expect(await changes(since.revision)).toEqual({
      after: since.revision,
      revision: since.revision,
      users: [],
      removed: [],
    });
    expect((await changes(since.revision + 1)).after).toBe(0);
  });
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** `fetch` would not let a test choose the Host header, and would tidy the path. */
function send(method: string, path: string, headers: OutgoingHttpHeaders, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: page.port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function firstOverview(): Promise<{ overview: Record<string, unknown>; text: string }> {
  const stop = new AbortController();
  const response = await fetch(`${page.url}/api/live`, { signal: stop.signal });
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const found = /event: overview\ndata: (.*)\n\n/.exec(text);
    if (found === null) continue;
    stop.abort();
    return { overview: JSON.parse(found[1] ?? '') as Record<string, unknown>, text };
  }
  throw new Error('The console has said nothing.');
}
