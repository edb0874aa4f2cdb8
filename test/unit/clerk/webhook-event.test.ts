import { describe, expect, it } from 'vitest';
import { parseWebhookEvent } from '../../../shared/adapters/clerk/webhook-event.ts';
import { userJson } from './support/user-json.ts';

const RECEIVED_AT = 1_763_200_000_000;

function envelope(overrides: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    object: 'event',
    type: 'user.updated',
    timestamp: 1_763_100_001_000,
    instance_id: 'ins_example',
    event_attributes: { http_request: { client_ip: '192.0.2.1', user_agent: 'test' } },
    data: userJson(),
    ...overrides,
  });
}

const deletion = { type: 'user.deleted', data: { object: 'user', id: 'user_ada1', deleted: true } };

const parse = (overrides: Readonly<Record<string, unknown>> = {}) =>
  parseWebhookEvent(envelope(overrides), RECEIVED_AT);

describe('a webhook', () => {
  it.each(['user.created', 'user.updated'])('of type %s brings the whole user as of its envelope', (type) => {
    const event = parse({ type });
    expect(event).toMatchObject({
      kind: 'user',
      type,
      instanceId: 'ins_example',
      snapshot: {
        source: 'event',
        id: 'user_ada1',
        asOf: 1_763_100_000_456,
        seenAt: 1_763_100_001_000,
        profile: { email: 'Ada@Example.com' },
        record: { verifiedEmail: 'ada@example.com' },
      },
    });
  });

  it('of a deletion brings the id and the time of its envelope', () => {
    expect(parse(deletion)).toEqual({
      kind: 'deletion',
      type: 'user.deleted',
      instanceId: 'ins_example',
      snapshot: { source: 'deletion', id: 'user_ada1', at: 1_763_100_001_000 },
    });
  });

  it.each([
    ['ms', 1_763_100_001_234, 1_763_100_001_234],
    ['seconds', 1_763_100_001, 1_763_100_001_000],
  ])('takes its time from an envelope with %s', (_name, timestamp, expected) => {
    expect(parse({ timestamp })).toMatchObject({ snapshot: { seenAt: expected } });
    expect(parse({ ...deletion, timestamp })).toMatchObject({ snapshot: { at: expected } });
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['nonsense', 'yesterday'],
    ['a negative number', -5],
    ['zero', 0],
    ['a time before Clerk', 999_999_999],
  ])(
    'does not say when it looked where its envelope has %s; a deletion counts from its receipt',
    (_name, timestamp) => {
      expect(parse({ timestamp })).toMatchObject({ snapshot: { seenAt: 0 } });
      expect(parse({ ...deletion, timestamp })).toMatchObject({ snapshot: { at: RECEIVED_AT } });
    },
  );

  it.each([undefined, null])('without an instance (%s) says so', (instance_id) => {
    expect(parse({ instance_id })).toMatchObject({ kind: 'user', instanceId: undefined });
  });

  it('of another type changes no user, whatever it holds, and keeps its name', () => {
    expect(parse({ type: 'session.created', data: 5 })).toEqual({ kind: 'ignored', type: 'session.created' });
  });

  it.each(['user.promoted', 'User.created', 'user.created ', 'constructor', '__proto__', ''])(
    'of a type that nobody has heard of (%j) has no name of its own',
    (type) => {
      expect(parse({ type, data: 5 })).toEqual({ kind: 'ignored', type: 'unknown' });
    },
  );

  it('is read behind a byte order mark', () => {
    expect(parseWebhookEvent(`\uFEFF${envelope()}`, RECEIVED_AT)).toEqual(parse());
  });

  it('takes no address from an account elsewhere, and no name where there is none', () => {
    const external_accounts = [
      { object: 'external_account', provider: 'oauth_github', email_address: 'ada@other.test' },
    ];
    const nobody = { first_name: null, last_name: null, primary_email_address_id: null, email_addresses: [] };
    expect(parse({ data: userJson({ ...nobody, external_accounts }) })).toMatchObject({
      snapshot: {
        profile: { email: null, firstName: null, lastName: null },
        record: { verifiedEmail: null },
      },
    });
  });

  it('may hold fields that nobody knows, at every level', () => {
    const more = { data: userJson({ mood: 'new', verification: null }), brand_new: { nested: [1] } };
    expect(parse(more)).toEqual(parse());
  });

  it.each([
    ['bad-envelope', ''],
    ['bad-envelope', '{"type":"user.created"'],
    ['bad-envelope', '[]'],
    ['bad-envelope', 'null'],
    ['bad-envelope', '\uFEFF\uFEFF{}'],
    ['no-type', '{}'],
    ['no-type', '{"type":5}'],
  ])('is refused as %s: %s', (reason, text) => {
    expect(parseWebhookEvent(text, RECEIVED_AT)).toMatchObject({ kind: 'refused', reason });
  });

  it.each([
    ['no-user', { data: undefined }, undefined],
    ['bad-id', { data: userJson({ id: 'x' }) }, undefined],
    ['bad-first_name', { data: userJson({ first_name: 5 }) }, 'user_ada1'],
    ['bad-instance_id', { instance_id: 7 }, 'user_ada1'],
    ['no-id', { ...deletion, data: { object: 'user', deleted: true } }, undefined],
    ['no-id', { ...deletion, data: null }, undefined],
    ['no-id', { ...deletion, data: { id: null } }, undefined],
    ['bad-id', { ...deletion, data: { id: 'user_#' } }, undefined],
    ['bad-id', { ...deletion, data: { id: 12 } }, undefined],
  ])('is refused as %s, with the user if she can be told', (reason, overrides, userId) => {
    expect(parse(overrides)).toEqual({ kind: 'refused', reason, userId });
  });
});
