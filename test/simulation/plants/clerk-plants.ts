import { normaliseName } from '../../../shared/domain/user.ts';
import type { DirectoryUser, UserDirectory } from '../../../shared/ports/user-directory.ts';
import { DirectoryUnavailable } from '../../../shared/ports/user-directory.ts';
import type { WebhookParser } from '../../../shared/ports/webhook-parser.ts';
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

/** What Clerk answers is taken for something else. */
export const CLERK_PLANTS: readonly Plant[] = [
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
      parse: trustingParser,
    },
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

function trustingParser(parse: WebhookParser): WebhookParser {
  return (text, receivedAt) => {
    const event = parse(text, receivedAt);
    return event.kind === 'user' ? { ...event, snapshot: trusted(event.snapshot) } : event;
  };
}
