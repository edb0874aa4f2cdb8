import { asNumber, asRecord, asText, isRecord, parseJson, texts } from '../../cloud/json.ts';
import type { JsonRecord } from '../../cloud/json.ts';
import type { StoryLine, Tone } from '../contract.ts';
import { countedStory } from './counted-story.ts';

/** A line before it has its number. */
export type Told = Omit<StoryLine, 'number'>;

/** A line of a function's log as the local cloud keeps it. */
export interface LogLine {
  readonly at: number;
  readonly functionName: string;
  readonly line: string;
}

/** What a line of a function's log tells people: a decision and why, or nothing. */
export function storyOfLog({ at, functionName, line }: LogLine): Told[] {
  const facts = parseJson(line.slice(line.indexOf('{')));
  // What the local cloud itself has to say is about something that went wrong; a function's plain text is its own affair.
  if (!isRecord(facts))
    return functionName === 'local-cloud' ? [{ at, who: 'local cloud', tone: 'bad', what: line }] : [];
  if (facts['_aws'] !== undefined) return countedStory(at, facts);
  const message = asText(facts['message']) ?? '';
  const teller = TELLERS[message] ?? others;
  const { userId } = facts;
  const told = teller(facts, message);
  if (told === undefined) return [];
  const who = asText(facts['service']) ?? functionName;
  const saidAt = Date.parse(asText(facts['timestamp']) ?? '');
  return [{ at: Number.isNaN(saidAt) ? at : saidAt, who, ...told, ...(typeof userId === 'string' && { userId }) }];
}

interface Said {
  readonly tone: Tone;
  readonly what: string;
  readonly why?: string;
}

type Teller = (facts: JsonRecord, message: string) => Said | undefined;

const TELLERS: Readonly<Record<string, Teller>> = {
  'user synchronised': (facts) => {
    const outcome = word(facts, 'outcome');
    const fields = texts(facts['changedFields']).join(', ') || 'the version alone';
    const by = `by ${word(facts, 'path')}`;
    return { tone: 'good', what: `${outcome} the row`, why: outcome === 'updated' ? `${fields} · ${by}` : by };
  },
  'user not synchronised': (facts) => ({
    tone: 'bad',
    what: 'not stored',
    why: [word(facts, 'reason'), asText(facts['detail'])].filter(Boolean).join(': '),
  }),
  'event changed nothing': (facts) =>
    facts['outcome'] === 'stale'
      ? { tone: 'warn', what: 'stale: changed nothing', why: whyStale(facts) }
      : { tone: 'quiet', what: 'unchanged', why: 'the row has it already' },
  'event not applied': (facts) => ({
    tone: 'bad',
    what: 'not applied: Svix sends it again',
    why: word(facts, 'reason'),
  }),
  'event quarantined': (facts) => ({ tone: 'bad', what: 'put into quarantine', why: word(facts, 'reason') }),
  'event replayed': (facts) => ({ tone: 'good', what: 'replayed from quarantine', why: word(facts, 'outcome') }),
  'reconcile run ended': (facts) => ({
    tone: RUN_TONES[word(facts, 'status')] ?? 'warn',
    what: `run ended: ${word(facts, 'status')}`,
    why: asText(facts['heldBecause'] ?? facts['failedBecause'] ?? facts['skippedBecause']) ?? countsOf(facts),
  }),
  'admin action': (facts) => ({
    tone: 'quiet',
    what: `admin: ${word(facts, 'action')}`,
    why: word(facts, 'result'),
  }),
  'user waits for a name that another has': (facts) => ({
    tone: 'warn',
    what: `waits for ${word(facts, 'kind')}`,
    why: 'another user has it',
  }),
  'name given to the user who waited for it': (facts) => ({
    tone: 'good',
    what: `${word(facts, 'kind')} given to who waited for it`,
  }),
};

const RUN_TONES: Readonly<Record<string, Tone>> = { 'in-sync': 'good', repaired: 'good', held: 'bad', failed: 'bad' };

/** Whatever else is worth a warning is worth being shown as it stands. */
function others(facts: JsonRecord, message: string): Said | undefined {
  const level = facts['level'];
  if (level !== 'WARN' && level !== 'ERROR') return undefined;
  const why = asText(facts['reason']);
  return { tone: level === 'ERROR' ? 'bad' : 'warn', what: message, ...(why !== undefined && { why }) };
}

function whyStale(facts: JsonRecord): string {
  const event = asText(facts['eventTime']) ?? '';
  const stored = asText(facts['storedTime']) ?? '';
  switch (facts['because']) {
    case 'older':
      return `of ${event}; the row has ${stored}`;
    case 'deleted':
      return `she was deleted at ${stored}: no event revives anyone`;
    case 'restored-since':
      return `deletion of ${event}; she was seen alive at ${stored}`;
    case 'seen-earlier':
      return `same version, seen at ${event}; the row's was seen at ${stored}`;
    case 'absent-in-clerk':
      return 'Clerk no longer has her: her deletion is on its way';
    default:
      return '';
  }
}

function countsOf(facts: JsonRecord): string {
  const counted = ['created', 'updated', 'deleted', 'restored'].flatMap((name) => {
    const count = asNumber(facts[name]) ?? 0;
    return count > 0 ? [`${count} ${name}`] : [];
  });
  const drift = texts(facts['drift']);
  const left = (asNumber(facts['suspects']) ?? 0) - (asNumber(facts['deleted']) ?? 0);
  const [clerkUsers, storedUsers] = [facts['clerkUsers'], facts['storedUsers']].map((count) => asNumber(count) ?? 0);
  const compared = `${clerkUsers} in Clerk, ${storedUsers} in the table`;
  const suspects = left > 0 ? [`${left} suspects not deleted`] : [];
  return [compared, ...counted, ...suspects, ...(drift.length > 0 ? [`drift: ${drift.join(', ')}`] : [])].join(' · ');
}

function word(facts: JsonRecord, name: string): string {
  return asText(asRecord(facts)[name]) ?? '';
}
