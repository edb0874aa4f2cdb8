import { asNumber, asText } from '../../cloud/json.ts';
import type { JsonRecord } from '../../cloud/json.ts';
import type { Told } from './log-story.ts';

/** What no line tells of, being counted only: junk must stay cheap. So nobody is named here. */
export function countedStory(at: number, facts: JsonRecord): Told[] {
  return COUNTED.flatMap(({ metric, by, who, what }) => {
    const count = [facts[metric]].flat().reduce<number>((sum, value) => sum + (asNumber(value) ?? 0), 0);
    const value = asText(facts[by]) ?? '';
    // The webhook tells of a stale event in a line of its own.
    if (count === 0 || (metric === 'SyncStale' && value === 'webhook')) return [];
    const times = count > 1 ? ` (${count} times)` : '';
    return [{ at, who, tone: 'warn' as const, what: `${what}${times}`, ...(value !== '' && { why: value }) }];
  });
}

const COUNTED = [
  { metric: 'AuthDenied', by: 'Reason', who: 'authorizer', what: 'refused a request' },
  { metric: 'SyncStale', by: 'Path', who: 'sync', what: 'stale: changed nothing' },
  { metric: 'WebhookRejected', by: 'Reason', who: 'webhook', what: 'refused a message' },
  { metric: 'AdminDenied', by: 'Reason', who: 'admin', what: 'refused a request' },
  { metric: 'AutoSync', by: '', who: 'authorizer', what: 'fetched a user from Clerk at her first request' },
];
