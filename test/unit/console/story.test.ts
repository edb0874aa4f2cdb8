import { describe, expect, it } from 'vitest';
import { DeliveryStory } from '../../../infra/local/console/view/delivery-story.ts';
import { storyOfLog } from '../../../infra/local/console/view/log-story.ts';
import { BusStory } from '../../../infra/local/console/view/bus-story.ts';
import { storyOfRows } from '../../../infra/local/console/view/row-story.ts';
import { Story } from '../../../infra/local/console/view/story.ts';

const NOW = 1_795_651_078_816;

function told(facts: object, functionName = 'stack-Webhook'): unknown[] {
  return storyOfLog({ at: NOW, functionName, line: JSON.stringify({ service: 'webhook', ...facts }) });
}

function counted(metric: string, value: number | number[], dimension: object): unknown[] {
  return told({ _aws: { CloudWatchMetrics: [] }, [metric]: value, ...dimension });
}

describe('What a line of the log tells', () => {
  it.each([
    [
      { message: 'user synchronised', outcome: 'updated', path: 'webhook', changedFields: ['email', 'banned'] },
      'updated the row',
      'email, banned · by webhook',
    ],
    [
      { message: 'user synchronised', outcome: 'updated', path: 'webhook', changedFields: [] },
      'updated the row',
      'the version alone · by webhook',
    ],
    [{ message: 'user not synchronised', reason: 'store' }, 'not stored', 'store'],
    [{ message: 'event changed nothing', outcome: 'unchanged' }, 'unchanged', 'the row has it already'],
    [
      { message: 'event changed nothing', outcome: 'stale', because: 'older', eventTime: 'E', storedTime: 'S' },
      'stale: changed nothing',
      'of E; the row has S',
    ],
    [
      { message: 'event changed nothing', outcome: 'stale', because: 'deleted', storedTime: 'S' },
      'stale: changed nothing',
      'she was deleted at S: no event revives anyone',
    ],
    [{ message: 'event quarantined', reason: 'no-id' }, 'put into quarantine', 'no-id'],
    [{ message: 'reconcile run ended', status: 'held', heldBecause: 'Too many.' }, 'run ended: held', 'Too many.'],
    [
      {
        message: 'reconcile run ended',
        status: 'repaired',
        clerkUsers: 3,
        storedUsers: 3,
        created: 1,
        drift: ['email: 1'],
      },
      'run ended: repaired',
      '3 in Clerk, 3 in the table · 1 created · drift: email: 1',
    ],
    [
      { message: 'reconcile run ended', status: 'in-sync', clerkUsers: 3, storedUsers: 3, suspects: 2, deleted: 0 },
      'run ended: in-sync',
      '3 in Clerk, 3 in the table · 2 suspects not deleted',
    ],
    [{ message: 'something new', level: 'ERROR', reason: 'why' }, 'something new', 'why'],
  ])('%j', (facts, what, why) => {
    expect(told({ userId: 'user_a', ...facts })).toEqual([
      expect.objectContaining({ at: NOW, who: 'webhook', what, why, userId: 'user_a' }),
    ]);
  });

  it.each([[{ message: 'something new', level: 'INFO' }], [{ message: 'health looked', level: 'DEBUG' }]])(
    'nothing: %j',
    (facts) => {
      expect(told(facts)).toEqual([]);
    },
  );

  it('is nothing where a function prints what is no JSON, and something where the local cloud does', () => {
    expect(storyOfLog({ at: NOW, functionName: 'stack-Webhook', line: 'plain text' })).toEqual([]);
    expect(
      storyOfLog({ at: NOW, functionName: 'local-cloud', line: 'The alarm x cannot be evaluated.' }),
    ).toMatchObject([{ tone: 'bad' }]);
  });

  it('is what was counted only: who was refused, and what was stale for a token', () => {
    expect(counted('AuthDenied', [1, 1], { Reason: 'banned' })).toEqual([
      { at: NOW, who: 'authorizer', tone: 'warn', what: 'refused a request (2 times)', why: 'banned' },
    ]);
    expect(counted('SyncStale', 1, { Path: 'authorizer' })).toHaveLength(1);
    expect(counted('SyncStale', 1, { Path: 'webhook' })).toEqual([]);
    expect(counted('AuthDenied', 0, { Reason: 'banned' })).toEqual([]);
  });
});

describe('What becomes of a message', () => {
  const message = (state: string, more: object = {}): object => ({
    id: 'msg_1',
    url: 'u',
    type: 'user.updated',
    userId: 'user_a',
    attempts: [],
    state,
    ...more,
  });

  it('is told when it is dropped, held back, refused or given up, once each, and not when it simply arrives', () => {
    const story = new DeliveryStory();
    const next = (delivery: object): unknown => story.next([delivery], NOW).map(({ what, why }) => [what, why]);
    expect(next(message('waiting', { nextAttemptAt: NOW + 14_200 }))).toEqual([
      ['user.updated held back', 'to be sent in 15 s'],
    ]);
    expect(next(message('waiting', { nextAttemptAt: NOW + 14_000 }))).toEqual([]);
    expect(next(message('waiting', { nextAttemptAt: NOW + 5_000, attempts: [{ at: NOW, status: 503 }] }))).toEqual([
      ['user.updated not accepted', 'the webhook answered 503; again in 5 s'],
    ]);
    expect(
      next(
        message('failed', {
          attempts: [
            { at: NOW, status: 503 },
            { at: NOW, status: 0 },
          ],
        }),
      ),
    ).toEqual([['user.updated given up', 'there was no answer in time']]);
    expect(next(message('delivered', { attempts: [{ at: NOW, status: 200 }] }))).toEqual([]);
    expect(story.next([message('dropped', { id: 'msg_2' })], NOW)).toMatchObject([
      { what: 'user.updated dropped', userId: 'user_a' },
    ]);
  });

  it('is told by this machine’s clock, and not at all where nobody knows when it was', () => {
    const story = new DeliveryStory();
    const ahead = 86_400_000;
    const failed = message('failed', { id: 'msg_3', attempts: [{ at: NOW + ahead - 9, status: 500 }] });
    expect(story.next([message('dropped'), failed], NOW, { aheadMs: ahead })).toMatchObject([
      { at: NOW - 9, what: 'user.updated given up' },
    ]);
    const late = message('waiting', { id: 'msg_4', nextAttemptAt: NOW + ahead + 3_000 });
    expect(story.next([late], NOW, { aheadMs: ahead })).toMatchObject([{ why: 'to be sent in 3 s' }]);
  });
});

describe('What happened while nobody looked', () => {
  it('is told by when it was: a message that was dropped not at all, an event of the bus by its own time', () => {
    const deliveries = new DeliveryStory();
    const dropped = (id: string): object => ({ id, url: 'u', type: 'user.updated', attempts: [], state: 'dropped' });
    deliveries.next([], NOW);
    expect(deliveries.next([dropped('msg_1')], NOW, { isLate: true })).toEqual([]);
    expect(deliveries.next([dropped('msg_1'), dropped('msg_2')], NOW)).toHaveLength(1);
    const bus = new BusStory();
    const event = { id: '1', 'detail-type': 'UserUpdated', detail: { occurredAt: new Date(NOW).toISOString() } };
    bus.next([], NOW);
    expect(bus.next([event], NOW + 3_600_000, true)).toMatchObject([{ at: NOW }]);
    const change = { key: 'user#user_a', before: { revision: 4, firstName: 'Ada' }, after: { revision: 4 } };
    expect(storyOfRows([change], NOW, true)).toMatchObject([{ why: 'revision 4 as before; nobody saw when' }]);
  });
});

describe('A row that changes', () => {
  const row = { pk: 'user#user_a', revision: 4, firstName: 'Ada' };
  const changed = (before: object | undefined, after: object | undefined, key = 'user#user_a'): unknown =>
    storyOfRows([{ key, before: before && { ...before }, after: after && { ...after } }], NOW).map(({ what }) => what);

  it('by hand is told, by its fields: its revision is as it was', () => {
    expect(changed(row, { ...row, firstName: 'Eve', banned: true })).toEqual([
      'row changed by hand: firstName, banned',
    ]);
    expect(changed(row, undefined)).toEqual(['row removed']);
  });

  it('by the synchronisation, by the application, or by coming is not', () => {
    expect(changed(row, { ...row, firstName: 'Eve', revision: 5 })).toEqual([]);
    expect(changed(row, { ...row, app: { bio: 'x' } })).toEqual([]);
    expect(changed(undefined, row)).toEqual([]);
    expect(changed({ ...row, expiresAt: 1 }, undefined)).toEqual([]);
    expect(changed({ fence: 1 }, { fence: 2 }, 'lease')).toEqual([]);
  });
});

describe('The story', () => {
  it('tells of each event of the bus once', () => {
    const bus = new BusStory();
    const event = (id: string): object => ({
      id,
      'detail-type': 'UserUpdated',
      detail: { userId: 'user_a', changedFields: ['email'], occurredAt: new Date(NOW).toISOString() },
    });
    expect(bus.next([event('1')], NOW + 7)).toEqual([
      { at: NOW, who: 'bus', tone: 'quiet', what: 'told subscribers: UserUpdated', why: 'email', userId: 'user_a' },
    ]);
    expect(bus.next([event('1'), event('2')], NOW + 7)).toMatchObject([{ at: NOW + 7 }]);
  });

  it('numbers its lines in the order in which they happened, and forgets the oldest', () => {
    const story = new Story();
    const line = (at: number): { at: number; who: string; tone: 'quiet'; what: string } => ({
      at,
      who: 'x',
      tone: 'quiet',
      what: String(at),
    });
    expect(story.add([line(2), line(1)]).map(({ number, at }) => [number, at])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    const told = story.add(Array.from({ length: 300 }, (_, index) => line(index)));
    expect([told.length, told.at(-1)?.number]).toEqual([200, 302]);
    expect([story.lines.length, story.lines.at(-1)?.number]).toEqual([200, 302]);
  });
});
