import type { Secrets } from '../../../shared/adapters/secrets/parse-secrets.ts';
import type { Rereadable } from '../../../shared/adapters/secrets/secrets.ts';
import type { WebhookParser } from '../../../shared/ports/webhook-parser.ts';
import type { Plant } from './plant.ts';

/** Functions are given something else than they should be, or nothing. */
export const WIRING_PLANTS: readonly Plant[] = [
  {
    name: 'no-guard',
    fault: 'A run deletes whatever it proposes.',
    trap: 'section 4: a deletion is a proposal',
    breaks: ['deletions-within-the-guard'],
    seams: { limits: (limits) => ({ ...limits, guard: { most: 1e9, mostOfAll: 1, share: 1, few: 1e9 } }) },
  },
  {
    name: 'secrets-read-once',
    fault: 'A container goes by the secrets and keys that it has read first.',
    trap: 'section 4: a key rotation needs no deploy',
    breaks: ['keys-are-followed'],
    seams: { secrets: readOnce },
  },
  {
    name: 'actions-off-the-record',
    fault: 'What an administrator does is not recorded.',
    trap: 'section 4: every action audited',
    breaks: ['admin-is-on-record'],
    seams: { audit: (audit) => ({ ...audit, record: () => Promise.resolve() }) },
  },
  {
    name: 'health-never-forgets',
    fault: 'Health judges all failures of the day, and not those of the last quarter of an hour.',
    trap: 'section 4: the failure rate of the last 15 minutes',
    breaks: ['health-tells-the-truth'],
    seams: { measures: (measures) => ({ ...measures, syncs: () => measures.syncs(24 * 60) }) },
  },
  {
    name: 'force-trusts-the-table',
    fault: 'A forced run passes over whoever has the version and the fingerprint of Clerk.',
    trap: 'section 4: only force sees hand edits',
    breaks: ['table-equals-clerk'],
    seams: { runEvent: (event) => ({ ...event, force: false }) },
  },
  {
    name: 'strict-schema',
    fault: 'A user with a field that nobody knows is refused.',
    trap: 'trap 7: strict schemas reject a payload when the provider adds a field',
    breaks: ['accepted-events-are-kept'],
    seams: { parse: strictly },
  },
  {
    name: 'bus-failure-is-success',
    fault: 'An event that the bus did not take counts as told.',
    trap: 'section 4: each change of a user is told at least once',
    breaks: ['changes-are-told'],
    seams: {
      publisher: (publisher) => ({
        publish: (events) => publisher.publish(events).then(() => ({ status: 'published' })),
      }),
    },
  },
  {
    name: 'gateway-keeps-answers',
    fault: "API Gateway keeps the authorizer's answer for ten minutes instead of half a minute at most.",
    trap: 'facts: the authorizer cache can honour a banned session for up to its TTL',
    breaks: ['no-admission-of-refused'],
    seams: { cacheMs: (ttlMs) => ttlMs * 20 },
  },
  {
    name: 'dry-run-writes',
    fault: 'A dry run is not taken for one.',
    trap: 'section 4: `dryRun` writes nothing',
    breaks: ['dry-runs-write-nothing'],
    seams: { runEvent: (event) => ({ ...event, dryRun: false }) },
  },
];

function readOnce(secrets: Rereadable<Secrets>): Rereadable<Secrets> {
  let first: Promise<Secrets> | undefined;
  const read = (): Promise<Secrets> => (first ??= secrets.current());
  return { current: read, reread: read };
}

const KNOWN_TO_NOBODY = 'added_by_clerk_next_year';

function strictly(parse: WebhookParser): WebhookParser {
  return (text, receivedAt) => {
    const event = parse(text, receivedAt);
    const isKnown = event.kind !== 'user' || !text.includes(KNOWN_TO_NOBODY);
    return isKnown ? event : { kind: 'refused', reason: 'it has a field that nobody knows', userId: event.snapshot.id };
  };
}
