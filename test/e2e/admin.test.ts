import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import type { LocalStack } from '../../infra/local/local-stack.ts';
import { startLocalStack } from '../../infra/local/local-stack.ts';
import type { World } from '../../scripts/demo/world.ts';
import { createWorld } from '../../scripts/demo/world.ts';
import type { ApiAnswer, ApiRequest } from '../support/e2e/api-client.ts';
import { createApiClient, signUpSomebody, signUpStored, signUpUnheard } from '../support/e2e/api-client.ts';
import { documented } from '../support/e2e/documented.ts';
import { putItem } from '../support/e2e/put-item.ts';
import { signedWebhook } from '../support/e2e/signed-webhook.ts';

let stack: LocalStack;
let world: World;

interface AdminRequest extends ApiRequest {
  readonly query?: string;
  /** Whether an answer of 503 is the one that is waited for. */
  readonly isOutage?: boolean;
}
let send: (route: string, request?: AdminRequest) => Promise<ApiAnswer>;

/** Addresses and attributes that were sent, and must stand in no log. */
const PERSONAL = /secret-mail\.example|Quetzal|Salamander|tungsten/;
/** Documented answers that the tests below have brought about. */
const seen = new Set<string>();
const WRONG_KEY = `cds_${'wrong'.repeat(9)}`;

beforeAll(async () => {
  stack = await startLocalStack({ assembly: inject('assembly') });
  world = createWorld(stack.file);
  const document = documented();
  send = async (route, { query = '', isOutage = false, token = stack.file.adminApiKey, ...request } = {}) => {
    const [method = '', path = ''] = route.split(' ');
    const known = document.answers.find((answer) => matches(answer, method, path))?.split(' ')[1] ?? path;
    const client = createApiClient(stack.file.api, {
      ...document,
      problems: (answer, body) => document.problems(`${method} ${known} ${answer.split(' ').at(-1)}`, body),
    });
    for (let left = 20; ; left -= 1) {
      const answer = await client.send(`${method} ${path}${query}`, { token, ...request });
      seen.add(`${method} ${known} ${answer.status}`);
      // The gateway lets ten a second through, and a container asks Clerk five times a second: a test file is faster.
      const isPaced = answer.status === 429 ? !('error' in answer.body) : answer.status === 503 && !isOutage;
      if (!isPaced || left === 0) return answer;
      await sleep(500);
    }
  };
});
afterAll(() => stack?.close());
afterEach(() => world.control('PUT', 'faults', {}));

function matches(answer: string, method: string, path: string): boolean {
  const [documentedMethod, pattern = ''] = answer.split(' ');
  const form = new RegExp(`^${pattern.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
  return documentedMethod === method && (pattern === path || (form.test(path) && !path.endsWith('/import')));
}

const codeOf = ({ status, body }: ApiAnswer): [number, unknown] => [
  status,
  (body['error'] as { code: string } | undefined)?.code ?? body['outcome'] ?? body['status'],
];

/** The run, once it has ended. */
async function ended(runId: unknown): Promise<Readonly<Record<string, unknown>>> {
  for (let left = 60; ; left -= 1) {
    const { body } = await send(`GET /admin/sync-runs/${String(runId)}`);
    if ((body['status'] !== 'requested' && body['status'] !== 'running') || left === 0) return body;
    await sleep(500);
  }
}

async function quarantined(id: string, data: object = {}, instanceId = stack.file.instanceId): Promise<void> {
  const event = { type: 'user.deleted', data, timestamp: Date.now(), instance_id: instanceId };
  const { body, headers } = signedWebhook(stack.file.webhookSecrets[0] ?? '', event, { id });
  expect((await world.post('/webhooks/clerk', body, headers)).body).toEqual({ outcome: 'quarantined' });
}

async function audit(): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return (await send('GET /admin/audit', { query: '?limit=100' })).body['entries'] as never;
}

describe('A run', () => {
  it('is started, can be looked at from then on, and ends as runs do', async () => {
    await signUpUnheard(world);
    const started = await send('POST /admin/sync-users', { query: '?dry_run' });
    expect(started.status).toBe(202);
    const { runId } = started.body;
    expect(started.body).toEqual({ runId, status: 'requested' });
    expect(started.headers.get('location')).toBe(`/admin/sync-runs/${String(runId)}`);
    const found = await send(`GET /admin/sync-runs/${String(runId)}`);
    expect(found.body).toMatchObject({ runId, mode: 'full', dryRun: true });
    expect(await ended(runId)).toMatchObject({ status: 'drift', dryRun: true, created: 1 });
    const repairing = await send('POST /admin/sync-users', { query: '?force=true' });
    expect(await ended(repairing.body['runId'])).toMatchObject({ status: 'repaired', force: true, created: 1 });
    const incremental = await send('POST /admin/sync-users', {
      query: '?mode=incremental&since=2026-11-25T08:00:00Z&dry_run=false',
      body: {},
    });
    expect(await ended(incremental.body['runId'])).toMatchObject({
      mode: 'incremental',
      since: '2026-11-25T08:00:00.000Z',
      dryRun: false,
    });
  });

  it('stands in the list, the latest first, by pages', async () => {
    const first = await send('GET /admin/sync-runs', { query: '?limit=1' });
    const second = await send('GET /admin/sync-runs', { query: `?limit=1&cursor=${String(first.body['next'])}` });
    const all = (await send('GET /admin/sync-runs')).body['runs'] as { runId: string; startedAt: string }[];
    expect([first.body['runs'], second.body['runs']].flat()).toEqual(all.slice(0, 2));
    expect(all.map(({ startedAt }) => startedAt)).toEqual(
      all
        .map(({ startedAt }) => startedAt)
        .toSorted()
        .toReversed(),
    );
  });

  it.each(['?dry_run=yes', '?dryrun', '?mode=approve', '?since=2026-11-25T08:00:00Z', '?force&mode=incremental'])(
    'is not started by a query that cannot be meant: %s',
    async (query) => {
      expect(codeOf(await send('POST /admin/sync-users', { query }))).toEqual([400, 'invalid_request']);
    },
  );

  it('that nobody knows is not found, neither are its deletions', async () => {
    expect(codeOf(await send('GET /admin/sync-runs/nobodys'))).toEqual([404, 'run_not_found']);
    expect(codeOf(await send('POST /admin/sync-runs/nobodys/approve-deletions'))).toEqual([404, 'run_not_found']);
  });

  it('that held deletions has them made once they are approved, and others have none to approve', async () => {
    await world.control('PUT', 'faults', { webhooks: { drop: 1 } });
    const gone = await Promise.all(Array.from({ length: 25 }, () => signUpSomebody(world)));
    await world.flushWebhooks();
    // Brought by a run: whom a webhook has brought this minute nobody deletes yet.
    expect(await ended((await send('POST /admin/sync-users')).body['runId'])).toMatchObject({ status: 'repaired' });
    for (const { id } of gone) await world.clerk.users.deleteUser(id);
    await world.flushWebhooks();
    await world.control('PUT', 'faults', {});
    const started = await send('POST /admin/sync-users');
    const held = await ended(started.body['runId']);
    expect(held).toMatchObject({ status: 'held', suspects: 25, deleted: 0 });
    const approval = await send(`POST /admin/sync-runs/${String(held['runId'])}/approve-deletions`);
    expect(approval.status).toBe(202);
    expect(await ended(approval.body['runId'])).toMatchObject({
      status: 'repaired',
      mode: 'approve',
      approves: held['runId'],
      deleted: 25,
    });
    const notHeld = await send(`POST /admin/sync-runs/${String(approval.body['runId'])}/approve-deletions`);
    expect(codeOf(notHeld)).toEqual([409, 'run_not_held']);
    await ended((await send('POST /admin/sync-users')).body['runId']);
    const superseded = await send(`POST /admin/sync-runs/${String(held['runId'])}/approve-deletions`);
    expect(codeOf(superseded)).toEqual([409, 'run_superseded']);
  });
});

describe('One user', () => {
  it('is read from Clerk and merged', async () => {
    const { id } = await signUpUnheard(world);
    expect((await send(`POST /admin/users/${id}/sync`)).body).toEqual({ userId: id, outcome: 'created' });
    expect((await send(`POST /admin/users/${id}/sync`)).body).toEqual({ userId: id, outcome: 'unchanged' });
    expect(await world.item(id)).toMatchObject({ id, changedBy: 'admin' });
    expect(codeOf(await send('POST /admin/users/user_nobody/sync'))).toEqual([404, 'user_not_found']);
    expect(codeOf(await send('POST /admin/users/nobody/sync'))).toEqual([400, 'invalid_request']);
  });

  it('is erased at once only when asked for, as long as Clerk has her', async () => {
    const { id } = await signUpStored(world);
    expect(codeOf(await send(`POST /admin/users/${id}/erase`))).toEqual([409, 'user_in_clerk']);
    const request = { body: { evenIfClerkHas: true } };
    expect(codeOf(await send(`POST /admin/users/${id}/erase`, request))).toEqual([200, 'erased']);
    expect(codeOf(await send(`POST /admin/users/${id}/erase`, request))).toEqual([200, 'erased-before']);
    expect(JSON.stringify(await world.item(id))).not.toMatch(PERSONAL);
    expect(codeOf(await send('POST /admin/users/user_nobody/erase'))).toEqual([404, 'user_not_mirrored']);
  });

  it('comes back when she was deleted by mistake, and not before Clerk can be believed', async () => {
    const { id } = await signUpStored(world);
    expect(codeOf(await send(`POST /admin/users/${id}/restore`))).toEqual([409, 'user_not_deleted']);
    const item = await world.item(id);
    const deletedAt = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
    await putItem(stack.file, { ...item, deletedAt: deletedAt(1), group: undefined, sort: undefined });
    const early = await send(`POST /admin/users/${id}/restore`);
    expect(codeOf(early)).toEqual([409, 'user_deleted_lately']);
    expect(early.headers.get('retry-after')).toBe('300');
    await putItem(stack.file, { ...item, deletedAt: deletedAt(10), group: undefined, sort: undefined });
    expect(codeOf(await send(`POST /admin/users/${id}/restore`))).toEqual([200, 'restored']);
    expect((await world.item(id))['deletedAt']).toBeUndefined();
    expect(codeOf(await send('POST /admin/users/user_nobody/restore'))).toEqual([404, 'user_not_mirrored']);
  });
});

describe('An event in quarantine', () => {
  it('is listed by pages, for one user, and nothing of what it says', async () => {
    await quarantined('msg_list_1');
    await quarantined('msg_list_2');
    const first = await send('GET /admin/quarantine', { query: '?limit=1' });
    const second = await send('GET /admin/quarantine', { query: `?limit=1&cursor=${String(first.body['next'])}` });
    const events = [first.body['events'], second.body['events']].flat() as Record<string, unknown>[];
    expect(events.map(({ id, userId, reason }) => [id, userId, reason])).toEqual([
      ['msg_list_1', null, 'no-id'],
      ['msg_list_2', null, 'no-id'],
    ]);
    expect((await send('GET /admin/quarantine', { query: '?user=user_nobody' })).body).toEqual({
      events: [],
      next: null,
    });
    expect(codeOf(await send('GET /admin/quarantine', { query: '?user=x' }))).toEqual([400, 'invalid_request']);
  });

  it('is replayed once it can be applied, and then is no more', async () => {
    const claim = (instanceId: string) =>
      putItem(stack.file, { pk: 'settings#instance', instanceId, claimedAt: new Date().toISOString() });
    await quarantined('msg_replay', { id: 'user_replayed', deleted: true, object: 'user' }, 'ins_another');
    expect(codeOf(await send('POST /admin/quarantine/msg_replay/replay'))).toEqual([409, 'event_unusable']);
    await claim('ins_another');
    expect(codeOf(await send('POST /admin/users/user_replayed/sync'))).toEqual([409, 'foreign_instance']);
    const replayed = await send('POST /admin/quarantine/msg_replay/replay');
    await claim(stack.file.instanceId);
    expect(replayed.body).toEqual({ id: 'msg_replay', outcome: 'deleted' });
    expect(codeOf(await send('POST /admin/quarantine/msg_replay/replay'))).toEqual([404, 'not_in_quarantine']);
  });

  it('is dismissed once, and what is left is counted', async () => {
    await quarantined('msg_dismiss');
    expect(codeOf(await send('POST /admin/quarantine/msg_dismiss/dismiss'))).toEqual([200, 'dismissed']);
    expect(codeOf(await send('POST /admin/quarantine/msg_dismiss/dismiss'))).toEqual([404, 'not_in_quarantine']);
    const { events } = (await send('GET /admin/quarantine', { query: '?limit=100' })).body as {
      events: { id: string }[];
    };
    for (const { id } of events) await send(`POST /admin/quarantine/${id}/dismiss`);
    const metrics = await (await fetch(`${stack.file.api}/__local/metrics`)).text();
    expect(metrics).toContain('QuarantineSize');
  });
});

describe('The roster', () => {
  const email = 'newt@secret-mail.example';

  it('is put, listed, linked, and deleted again', async () => {
    const body = { cohort: 'autumn', attributes: { desk: 'tungsten' } };
    const put = await send(`PUT /admin/roster/${email}`, { body });
    expect(put.status).toBe(201);
    expect(put.body).toMatchObject({ email, cohort: 'autumn', attributes: { desk: 'tungsten' }, linkedUserId: null });
    expect((await send(`PUT /admin/roster/${encodeURIComponent(email)}`, { body })).status).toBe(200);
    const { id } = await signUpStored(world);
    const other = await signUpStored(world);
    const link = (userId: string) => send(`POST /admin/roster/${email}/link`, { body: { userId } });
    // With the roster on, each has an entry of her own with defaults, which makes room.
    expect(codeOf(await link(id))).toEqual([200, 'linked']);
    expect(codeOf(await link(id))).toEqual([200, 'already-linked']);
    expect(codeOf(await link(other.id))).toEqual([409, 'entry_linked']);
    expect(codeOf(await link('user_nobody'))).toEqual([404, 'user_not_mirrored']);
    expect(codeOf(await link('nobody'))).toEqual([400, 'invalid_body']);
    const entries = (await send('GET /admin/roster', { query: '?limit=100' })).body['entries'] as { email: string }[];
    expect(entries.find((entry) => entry.email === email)).toMatchObject({ linkedUserId: id });
    expect(codeOf(await send(`DELETE /admin/roster/${email}`))).toEqual([409, 'entry_linked']);
    const unlink = () => send(`POST /admin/roster/${email}/unlink`);
    expect(codeOf(await unlink())).toEqual([200, 'unlinked']);
    expect(codeOf(await unlink())).toEqual([409, 'entry_not_linked']);
    expect(codeOf(await send('POST /admin/roster/nobody@secret-mail.example/unlink'))).toEqual([
      404,
      'entry_not_found',
    ]);
    expect(codeOf(await link(id))).toEqual([200, 'linked']);
    await send('PUT /admin/roster/free@secret-mail.example', { body: {} });
    const second = { email: 'free@secret-mail.example', body: { userId: id } };
    expect(codeOf(await send(`POST /admin/roster/${second.email}/link`, second))).toEqual([
      409,
      'user_has_another_entry',
    ]);
    expect(codeOf(await send(`DELETE /admin/roster/${second.email}`))).toEqual([200, 'deleted']);
    expect(codeOf(await send(`DELETE /admin/roster/${second.email}`))).toEqual([404, 'entry_not_found']);
    expect(codeOf(await send(`POST /admin/roster/${second.email}/link`, second))).toEqual([404, 'entry_not_found']);
  });

  it.each([
    ['PUT /admin/roster/nobody', {}],
    ['DELETE /admin/roster/nobody', undefined],
    ['POST /admin/roster/nobody/unlink', undefined],
    ['POST /admin/roster/nobody/link', { userId: 'user_1' }],
  ])('has no entry without an address: %s', async (route, body) => {
    expect(codeOf(await send(route, { body }))).toEqual([400, 'invalid_request']);
  });

  it('does not link a user who is deleted', async () => {
    const { id } = await signUpStored(world);
    await world.clerk.users.deleteUser(id);
    await world.flushWebhooks();
    await send('PUT /admin/roster/late@secret-mail.example', { body: {} });
    const linked = await send('POST /admin/roster/late@secret-mail.example/link', { body: { userId: id } });
    expect(codeOf(linked)).toEqual([409, 'user_is_deleted']);
  });

  const file = (body: string, query = ''): Promise<ApiAnswer> =>
    send('POST /admin/roster/import', { body, type: 'text/csv', query });

  it('is imported from a file, and again without harm', async () => {
    const people = 'email,cohort,desk\nOne@secret-mail.example,a,"tung, sten"\ntwo@secret-mail.example,,\n';
    const counts = { refused: 0, problems: [] };
    expect((await file(people)).body).toEqual({ created: 2, updated: 0, unchanged: 0, ...counts });
    expect((await file(people)).body).toEqual({ created: 0, updated: 0, unchanged: 2, ...counts });
    expect((await file(people.replace(',a,', ',b,'))).body).toEqual({
      created: 0,
      updated: 1,
      unchanged: 1,
      ...counts,
    });
    const entries = (await send('GET /admin/roster', { query: '?limit=100' })).body['entries'] as { email: string }[];
    expect(entries.find(({ email }) => email.startsWith('one@'))).toMatchObject({
      cohort: 'b',
      attributes: { desk: 'tung, sten' },
    });
  });

  it('takes nothing of a file with a bad row, unless it is told to leave that out', async () => {
    const people = 'email,cohort\nthree@secret-mail.example,a\nSalamander,b\nfour@secret-mail.example\n';
    const refused = await file(people);
    expect(codeOf(refused)).toEqual([400, 'invalid_import']);
    expect(refused.body['problems']).toMatchObject([
      { line: 3, column: 'email' },
      { line: 4, column: null },
    ]);
    expect(JSON.stringify(refused.body)).not.toMatch(PERSONAL);
    expect((await file(people, '?partial=true')).body).toMatchObject({ created: 1, refused: 2 });
  });

  it.each([
    ['', 400, 'invalid_import'],
    ['name\nAda\n', 400, 'invalid_import'],
    ['email\n"ada', 400, 'invalid_import'],
    [`email\n${'x'.repeat(1_000_001)}`, 413, 'import_too_large'],
    [`email\n${'a\n'.repeat(5_001)}`, 413, 'import_too_large'],
  ])('takes no file that is none', async (text, status, code) => {
    expect(codeOf(await file(text))).toEqual([status, code]);
  });

  it('takes no file that does not say what it is, nor a query that it does not know', async () => {
    const json = await send('POST /admin/roster/import', { body: { email: 'a@example.com' } });
    expect(codeOf(json)).toEqual([415, 'unsupported_media_type']);
    expect(codeOf(await file('email\n', '?partial=maybe'))).toEqual([400, 'invalid_request']);
  });
});

describe('Conflicts', () => {
  it('are listed by pages', async () => {
    expect((await send('GET /admin/conflicts')).body).toEqual({ conflicts: [], next: null });
    const listed = {
      pk: 'email#twice@secret-mail.example',
      kind: 'email',
      revision: 1,
      claimants: new Set(['user_x']),
    };
    await putItem(stack.file, { ...listed, group: 'conflict', sort: '0000000000001#email#twice' });
    const { body } = await send('GET /admin/conflicts', { query: '?limit=1' });
    expect(body).toEqual({ conflicts: [{ kind: 'email', value: 'twice@secret-mail.example' }], next: null });
  });
});

describe('A request', () => {
  const ROUTES = documented()
    .answers.filter((answer) => answer.includes(' /admin/') && answer.endsWith(' 401'))
    .map((answer) => answer.replace(/ 401$/, '').replace('{id}', 'x').replace('{email}', 'x@example.com'));

  it.each(ROUTES)('without a valid key gets nowhere: %s', async (route) => {
    const denied = [await send(route, { headers: { authorization: '' } }), await send(route, { token: WRONG_KEY })];
    for (const answer of denied) {
      expect([
        [401, 'unauthorized'],
        [429, 'too_many_attempts'],
      ]).toContainEqual(codeOf(answer));
    }
  });

  it.each(ROUTES.filter((route) => !route.startsWith('GET') && !route.endsWith('/import')))(
    'is refused for a body that the route does not take: %s',
    async (route) => {
      const on = route.replace('/x/', '/user_x/');
      expect(codeOf(await send(on, { body: '{' }))).toEqual([400, 'malformed_json']);
      expect(codeOf(await send(on, { body: { unknown: 1 } }))).toEqual([400, 'invalid_body']);
      expect(codeOf(await send(on, { body: [] }))).toEqual([400, 'invalid_body']);
      expect(codeOf(await send(on, { body: { big: 'x'.repeat(40_000) } }))).toEqual([413, 'body_too_large']);
      expect(codeOf(await send(on, { body: '{}', type: 'text/plain' }))).toEqual([415, 'unsupported_media_type']);
    },
  );

  it.each([
    'GET /admin/sync-runs',
    'GET /admin/quarantine',
    'GET /admin/roster',
    'GET /admin/conflicts',
    'GET /admin/audit',
  ])('for a page says which in a way that can be meant: %s', async (route) => {
    for (const query of ['?limit=0', '?limit=101', '?limit=x', '?cursor=!', '?cursor=', '?page=2']) {
      expect(codeOf(await send(route, { query }))).toEqual([400, 'invalid_request']);
    }
    // A cursor that somebody made up leads into the same list, or to its end.
    const cursor = Buffer.from('created#2026-01').toString('base64url');
    expect((await send(route, { query: `?cursor=${cursor}` })).status).toBe(200);
  });

  it.each(['GET /admin/sync-users', 'PATCH /admin/roster/a@example.com', 'GET /admin', 'POST /admin/users/user_1'])(
    'for another method or path finds nothing: %s',
    async (route) => {
      const [method, path] = route.split(' ');
      const headers = { authorization: `Bearer ${stack.file.adminApiKey}` };
      expect((await fetch(`${stack.file.api}${path}`, { method: method!, headers })).status).toBe(404);
    },
  );

  it('with a wrong key is throttled after twenty in a minute, and counted; a valid one is let in all the same', async () => {
    const statuses: number[] = [];
    const headers = { authorization: `Bearer ${WRONG_KEY}` };
    for (let n = 0; n < 20; n += 1) {
      const answer = await fetch(`${stack.file.api}/admin/${n % 2 === 0 ? 'audit' : 'conflicts'}`, { headers });
      statuses.push(answer.status);
    }
    expect(statuses.at(-1)).toBe(429);
    expect(codeOf(await send('GET /admin/sync-runs/nobodys'))).toEqual([404, 'run_not_found']);
    const logs = await (await fetch(`${stack.file.api}/__local/logs`)).text();
    for (const reason of ['wrong-key', 'missing-key', 'throttled']) expect(logs).toContain(reason);
    expect(await (await fetch(`${stack.file.api}/__local/metrics`)).text()).toContain('AdminDenied');
  });

  it('is not answered while the record cannot be written', async () => {
    const setStore = (faults: object) =>
      fetch(`${stack.file.api}/__local/store`, { method: 'PUT', body: JSON.stringify(faults) });
    await setStore({ down: true });
    const refused = await send('POST /admin/users/user_1/sync', { isOutage: true });
    await setStore({});
    expect(codeOf(refused)).toEqual([503, 'unavailable']);
  });
});

describe('The record', () => {
  it('says who did what to whom, when, and what came of it', async () => {
    const keyId = createHash('sha256').update(stack.file.adminApiKey).digest('hex').slice(0, 12);
    const { id } = await signUpStored(world);
    const before = new Date(Date.now() - 1).toISOString();
    await send(`POST /admin/users/${id}/sync`);
    await send('DELETE /admin/roster/nobody@secret-mail.example');
    const { body } = await send('GET /admin/audit', { query: `?from=${before}` });
    const target = `sha256:${createHash('sha256').update('nobody@secret-mail.example').digest('hex').slice(0, 16)}`;
    expect(body['entries']).toMatchObject([
      { keyId, action: 'delete-roster-entry', target, result: 'entry_not_found', status: 404 },
      { keyId, action: 'sync-user', target: id, result: 'unchanged', status: 200 },
    ]);
  });

  it('has every kind of action by now, and nothing that was left without its result', async () => {
    const entries: Readonly<Record<string, unknown>>[] = [...(await audit())];
    expect(entries.length).toBe(100);
    expect(entries.filter(({ result }) => result === 'begun')).toEqual([]);
    expect(JSON.stringify(entries)).not.toMatch(PERSONAL);
  });
});

describe('The description of the admin API', () => {
  it('has no answer that was not looked at here, but what nobody can bring about', () => {
    const documentedOnes = documented().answers.filter((answer) => answer.includes(' /admin/'));
    // After ten wrong keys a container answers 429 to every other one.
    const isSeen = (answer: string) => seen.has(answer) || seen.has(answer.replace(/ 401$/, ' 429'));
    const unseen = documentedOnes.filter((answer) => !isSeen(answer) && !/ (429|500|503)$/.test(answer));
    expect(unseen).toEqual([]);
  });
});

describe('What is logged', () => {
  it('holds no key and no value of a person', async () => {
    const logs = await (await fetch(`${stack.file.api}/__local/logs`)).text();
    expect(logs).toContain('admin action');
    expect(logs).not.toContain(stack.file.adminApiKey);
    expect(logs).not.toContain(WRONG_KEY);
    expect(logs).not.toMatch(PERSONAL);
  });
});
