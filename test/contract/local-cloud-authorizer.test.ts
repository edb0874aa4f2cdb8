import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
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

/** What the authorizer added to the event of the function behind it. */
function added(answer: JsonAnswer): Record<string, unknown> {
  const context = asRecord(asRecord(answer.body['event'])['requestContext']);
  return asRecord(asRecord(context['authorizer'])['lambda']);
}

/** How often the authorizer function had been called when it answered. */
function callsSeenBy(answer: JsonAnswer): unknown {
  return added(answer)['calls'];
}

function guarded(key: string): Promise<JsonAnswer> {
  return call(`${url}/guarded?key=${key}`);
}

describe('a Lambda authorizer with simple answers', () => {
  it('lets the request through and puts nested context on it', async () => {
    const answer = await guarded('pear');
    expect(answer.status).toBe(200);
    expect(added(answer)).toMatchObject({ nested: { fruit: ['pear', 1] } });
  });

  it.each([
    ['thief', 403, 'Forbidden'],
    ['unsigned', 401, 'Unauthorized'],
    ['bug', 500, 'Internal Server Error'],
    ['odd', 500, 'Internal Server Error'],
    ['broad', 500, 'Internal Server Error'],
  ])('that answers a %s is a %i', async (key, status, message) => {
    const answer = await guarded(key);
    expect([answer.status, answer.body]).toEqual([status, { message }]);
  });

  it('gets the event of an authorizer', async () => {
    const key = `event-${Date.now()}`;
    const event = asRecord(added(await call(`${url}/guarded?key=${key}`, { headers: { cookie: 'a=1' } }))['event']);
    const apiId = orchard.cloud.physicalId('Gate');
    expect(event).toMatchObject({
      version: '2.0',
      type: 'REQUEST',
      routeArn: `arn:aws:execute-api:us-east-1:000000000000:${apiId}/$default/GET/guarded`,
      identitySource: [key],
      routeKey: 'GET /guarded',
      cookies: ['a=1'],
      queryStringParameters: { key },
      requestContext: { http: { method: 'GET' }, stage: '$default' },
    });
    expect(event).not.toHaveProperty('body');
  });
});

describe('identity sources', () => {
  it.each(['', '?key=', '?other=1'])('that are missing or empty (%j) refuse without a call', async (query) => {
    const before = await guarded(`count-a${query.length}`);
    const refused = await call(`${url}/guarded${query}`);
    const after = await guarded(`count-b${query.length}`);
    expect([refused.status, refused.body]).toEqual([401, { message: 'Unauthorized' }]);
    expect(Number(callsSeenBy(after)) - Number(callsSeenBy(before))).toBe(1);
  });

  it('that are several must all be there', async () => {
    expect((await call(`${url}/shelf`)).status).toBe(401);
    const answer = await call(`${url}/shelf`, { headers: { 'x-shelf': 'top' } });
    expect(asRecord(added(answer)['event'])['identitySource']).toEqual(['top', 'GET /shelf']);
  });
});

describe('the cache of an authorizer', () => {
  it('answers for the same identity on every route until its time is over', async () => {
    const key = 'plum';
    const first = await guarded(key);
    const again = await guarded(key);
    const posted = await call(`${url}/guarded?key=${key}`, { method: 'POST' });
    expect(callsSeenBy(again)).toBe(callsSeenBy(first));
    expect(callsSeenBy(posted)).toBe(callsSeenBy(first));
    await sleep(2100);
    expect(callsSeenBy(await guarded(key))).not.toBe(callsSeenBy(first));
  });

  it('keeps identities apart', async () => {
    expect(callsSeenBy(await guarded('left'))).not.toBe(callsSeenBy(await guarded('right')));
  });

  it('keeps a refusal too, but no error', async () => {
    const count = async (): Promise<number> => Number(callsSeenBy(await guarded(`probe-${randomUUID()}`)));
    const before = await count();
    for (const key of ['bug', 'bug', 'odd', 'odd']) expect((await guarded(key)).status).toBe(500);
    const afterErrors = await count();
    const thief = `thief-${randomUUID()}`;
    expect([(await guarded(thief)).status, (await guarded(thief)).status]).toEqual([403, 403]);
    const afterRefusals = await count();
    // Each count is a call itself.
    expect([afterErrors - before, afterRefusals - afterErrors]).toEqual([5, 2]);
  });

  it('is off when its time is 0', async () => {
    const shelf = (): Promise<JsonAnswer> => call(`${url}/shelf`, { headers: { 'x-shelf': 'same' } });
    expect(callsSeenBy(await shelf())).not.toBe(callsSeenBy(await shelf()));
  });
});

describe('a Lambda authorizer with policies', () => {
  const paper = (value: string, path = '/paper'): Promise<JsonAnswer> =>
    call(`${url}${path}`, { headers: { 'x-paper': value } });

  it('judges a cached policy for the route that is called', async () => {
    expect((await paper('one')).status).toBe(200);
    const other = await paper('one', '/paper/other');
    expect([other.status, other.body]).toEqual([403, { message: 'Forbidden' }]);
  });

  it('lets a cached policy for the whole stage through everywhere', async () => {
    const first = await paper('stage');
    const other = await paper('stage', '/paper/other');
    expect([first.status, other.status]).toEqual([200, 200]);
    expect(callsSeenBy(other)).toBe(callsSeenBy(first));
  });

  it('lets an explicit denial win', async () => {
    expect((await paper('denied')).status).toBe(200);
    expect((await paper('denied', '/paper/other')).status).toBe(403);
  });
});
