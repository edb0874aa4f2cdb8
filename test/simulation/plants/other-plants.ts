import type { Secrets } from '../../../shared/adapters/secrets/parse-secrets.ts';
import type { Rereadable } from '../../../shared/adapters/secrets/secrets.ts';
import type { Snapshot } from '../../../shared/domain/snapshot.ts';
import type { TokenVerifier, VerifiedToken } from '../../../shared/ports/token-verifier.ts';
import type { DirectoryUser, UserDirectory } from '../../../shared/ports/user-directory.ts';
import { DirectoryUnavailable } from '../../../shared/ports/user-directory.ts';
import type { WebhookParser } from '../../../shared/ports/webhook-parser.ts';
import { normaliseName } from '../../../shared/domain/user.ts';
import { STRANGERS_SECRET } from '../world/vault.ts';
import type { Plant, Seams } from './plant.ts';

function clerkThat(change: (clerk: UserDirectory) => Partial<UserDirectory>): Seams {
  return { clerk: (clerk) => ({ ...clerk, ...change(clerk) }) };
}

async function orElse<T>(answer: Promise<T>, instead: T): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof DirectoryUnavailable) return instead;
    throw error;
  }
}

export const OTHER_PLANTS: readonly Plant[] = [
  {
    name: 'failed-page-is-empty',
    fault: "A page of Clerk's list that cannot be read counts as the end of the list.",
    trap: 'trap 4: a swallowed page error',
    breaks: ['failed-runs-say-so', 'deletions-within-the-guard'],
    seams: clerkThat((clerk) => ({
      listUsers: (page, own) => orElse(clerk.listUsers(page, own), []),
      listUpdated: (page, own) => orElse(clerk.listUpdated(page, own), []),
    })),
  },
  {
    name: 'short-page-ends-the-list',
    fault: 'Users of one creation time at the end of a page are passed over.',
    trap: 'trap 1: ties that straddle a page boundary',
    breaks: ['failed-runs-say-so', 'table-equals-clerk'],
    seams: clerkThat((clerk) => ({ listUsers: pagedByTime(clerk) })),
  },
  {
    name: 'failure-is-absence',
    fault: 'A Clerk that does not answer counts as one that has no such user.',
    trap: 'section 4: only a 404 confirms an absence',
    breaks: ['no-unfounded-deletion'],
    seams: clerkThat((clerk) => ({ getUser: (id, own) => orElse(clerk.getUser(id, own), undefined) })),
  },
  {
    name: 'unverified-email-counts',
    fault: 'An address that Clerk has not verified reserves and links.',
    trap: 'trap 10: linking by an unverified email is a takeover',
    breaks: ['one-owner-per-name', 'table-equals-clerk'],
    seams: {
      clerk: (clerk) => ({
        ...clerk,
        getUser: async (id, own) => trusting(await clerk.getUser(id, own)),
        listUsers: async (page, own) => (await clerk.listUsers(page, own)).map(trusted),
        listUsersById: async (ids, own) => (await clerk.listUsersById(ids, own)).map(trusted),
      }),
      parse: parserThat((snapshot) => (snapshot.source === 'event' ? { ...snapshot, ...trusted(snapshot) } : snapshot)),
    },
  },
  {
    name: 'stamped-on-arrival',
    fault: "An event is dated by its arrival instead of by Clerk's `updated_at`.",
    trap: 'trap 6: stamped with local time',
    breaks: ['table-equals-clerk', 'replays-change-nothing', 'accepted-events-are-kept'],
    seams: { parse: stampedOnArrival },
  },
  {
    name: 'deletion-dated-by-receipt',
    fault: 'A deletion is dated by its receipt instead of by its envelope.',
    trap: 'section 2: the time of a deletion is the envelope’s',
    breaks: ['replays-change-nothing', 'table-equals-clerk', 'accepted-events-are-kept'],
    seams: { parse: deletionsOnArrival },
  },
  {
    name: 'token-ordered-by-iat',
    fault: 'A token counts as of when it was made.',
    trap: 'facts: `iat` is not freshness',
    breaks: ['table-equals-clerk'],
    seams: {
      verifier: verifierThat((token) => ({
        ...token,
        snapshot: { ...token.snapshot, asOf: token.expiresAt - 60_000 },
      })),
    },
  },
  {
    name: 'strangers-secret-accepted',
    fault: 'Whatever is signed by anybody is accepted.',
    trap: 'section 4: 400 for anything not signed by one of our secrets',
    breaks: ['keys-are-followed', 'no-unfounded-deletion'],
    seams: { webhookSecrets: (secrets) => [...secrets, STRANGERS_SECRET] },
  },
  {
    name: 'answers-before-applying',
    fault: 'The webhook answers 200 whatever came of the event.',
    trap: 'facts: a 2xx is never sent again',
    breaks: ['accepted-events-are-kept'],
    seams: { webhookStatus: (status) => (status === 503 ? 200 : status) },
  },
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

/** Goes on after the creation time of the last user instead of after the user. */
function pagedByTime(clerk: UserDirectory): UserDirectory['listUsers'] {
  const times = new Map<string, number>();
  return async ({ startingAfter, ...page }, own) => {
    const last = startingAfter === undefined ? undefined : times.get(startingAfter);
    const asked = last === undefined ? page : { ...page, createdAfter: last };
    const users = await clerk.listUsers(asked, own);
    for (const { id, record } of users) times.set(id, record.clerkCreatedAt);
    return users;
  };
}

function trusted<T extends Pick<DirectoryUser, 'profile' | 'record'>>(user: T): T {
  const { email } = user.profile;
  return email === null ? user : { ...user, record: { ...user.record, verifiedEmail: normaliseName(email) } };
}

function trusting(user: DirectoryUser | undefined): DirectoryUser | undefined {
  return user && trusted(user);
}

type Parsing = (parse: WebhookParser) => WebhookParser;

function parserThat(change: <T extends Snapshot>(snapshot: T) => T): Parsing {
  return (parse) => (text, receivedAt) => {
    const event = parse(text, receivedAt);
    if (event.kind === 'user') return { ...event, snapshot: change(event.snapshot) };
    return event.kind === 'deletion' ? { ...event, snapshot: change(event.snapshot) } : event;
  };
}

function stampedOnArrival(parse: WebhookParser): WebhookParser {
  return (text, receivedAt) => {
    const event = parse(text, receivedAt);
    return event.kind === 'user' ? { ...event, snapshot: { ...event.snapshot, asOf: receivedAt } } : event;
  };
}

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

function deletionsOnArrival(parse: WebhookParser): WebhookParser {
  return (text, receivedAt) => {
    const event = parse(text, receivedAt);
    return event.kind === 'deletion' ? { ...event, snapshot: { ...event.snapshot, at: receivedAt } } : event;
  };
}

function verifierThat(change: (token: VerifiedToken) => VerifiedToken): (verifier: TokenVerifier) => TokenVerifier {
  return (verifier) => ({
    verify: async (text) => {
      const verification = await verifier.verify(text);
      return verification.ok ? { ok: true, token: change(verification.token) } : verification;
    },
  });
}
