import { asNumber, asText, texts } from '../../cloud/json.ts';
import type { JsonRecord } from '../../cloud/json.ts';
import type { ListedUser, RowFacts, Standing, UserDetail, UserList } from '../contract.ts';
import { compareFields, compareSides, isDrift, mirroredOf } from './mirrored.ts';

/** More are found by searching. */
const MOST_LISTED = 200;

interface Pair {
  readonly id: string;
  readonly user: JsonRecord | undefined;
  readonly item: JsonRecord | undefined;
  readonly listed: ListedUser;
}

export interface Counts {
  readonly clerkUsers: number;
  readonly tableUsers: number;
  readonly differing: number;
}

/** Clerk's users beside the table's: compared when one of them has changed. */
export class MirrorView {
  readonly #pairs = new Map<string, Pair>();

  /** Compares a user anew: as Clerk has her, as the table has her; undefined where it has not. */
  update(id: string, user: JsonRecord | undefined, item: JsonRecord | undefined): void {
    if (user === undefined && item === undefined) this.#pairs.delete(id);
    else this.#pairs.set(id, pairOf(id, user, item));
  }

  counts(): Counts {
    const pairs = [...this.#pairs.values()];
    return {
      clerkUsers: pairs.filter(({ user }) => user !== undefined).length,
      tableUsers: pairs.filter(({ item }) => item !== undefined && item['deletedAt'] === undefined).length,
      differing: pairs.filter(({ listed }) => isDrift(listed.standing)).length,
    };
  }

  /** Who differs first, then the newest; deleted users last. @param search part of an id, a name or an address */
  list(search: string): UserList {
    const wanted = search.trim().toLowerCase();
    const found = [...this.#pairs.values()].filter(
      ({ listed: { id, name, email } }) => wanted === '' || `${id} ${name} ${email}`.toLowerCase().includes(wanted),
    );
    const users = found.toSorted(inOrder).slice(0, MOST_LISTED);
    return { users: users.map(({ listed }) => listed), total: found.length };
  }

  nameOf(id: string): string | undefined {
    return this.#pairs.get(id)?.listed.name;
  }

  detail(id: string): UserDetail | undefined {
    const pair = this.#pairs.get(id);
    if (pair === undefined) return undefined;
    const { user, item, listed } = pair;
    return {
      id,
      name: listed.name,
      standing: listed.standing,
      banned: user?.['banned'] === true,
      fields: compareFields(user, item),
      ...(user && { inClerk: { updatedAt: asNumber(user['updated_at']) ?? 0 } }),
      ...(item && { inTable: factsOf(item) }),
    };
  }
}

const RANK: Readonly<Record<Standing, number>> = { differs: 0, missing: 0, extra: 0, buried: 0, same: 1, deleted: 2 };

function inOrder(a: Pair, b: Pair): number {
  const byRank = RANK[a.listed.standing] - RANK[b.listed.standing];
  return byRank || createdAt(b) - createdAt(a) || (a.id < b.id ? -1 : 1);
}

function createdAt({ user, item }: Pair): number {
  return asNumber(user?.['created_at'] ?? item?.['clerkCreatedAt']) ?? 0;
}

function pairOf(id: string, user: JsonRecord | undefined, item: JsonRecord | undefined): Pair {
  const shown = user ? mirroredOf(user) : (item ?? {});
  const name = [shown['firstName'], shown['lastName']].filter((part) => typeof part === 'string').join(' ');
  const email = asText(shown['email']) ?? '';
  return { id, user, item, listed: { id, name: name || email || id, email, ...compareSides(user, item) } };
}

function factsOf(item: JsonRecord): RowFacts {
  const { profileAsOf, recordAsOf, deletedAt, erasedAt } = item;
  return {
    revision: asNumber(item['revision']) ?? 0,
    changedBy: asText(item['changedBy']) ?? '',
    updatedAt: asText(item['updatedAt']) ?? '',
    ...(typeof profileAsOf === 'number' && { profileAsOf }),
    ...(typeof recordAsOf === 'number' && { recordAsOf }),
    ...(typeof deletedAt === 'string' && { deletedAt }),
    ...(typeof erasedAt === 'string' && { erasedAt }),
    conflicts: texts(item['conflicts']),
  };
}
