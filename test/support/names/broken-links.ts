import type { StoredUser } from '../../../shared/domain/user.ts';
import type { RosterStore } from '../../../shared/ports/roster-store.ts';

/** A link stands on both sides or on none, and an entry that was made for a user with whoever has its address. */
export async function brokenLinks(all: readonly StoredUser[], roster: RosterStore): Promise<string[]> {
  const users = new Map(all.map((user) => [user.id, user]));
  const { entries } = await roster.list({ limit: 100 });
  const linked = new Map(entries.map((entry) => [entry.email, entry.link?.userId]));
  return [
    ...all.flatMap(({ id, tombstone, rosterEmail }) =>
      !tombstone && rosterEmail !== undefined && linked.get(rosterEmail) !== id
        ? [`${id} believes to have the entry ${rosterEmail}`]
        : [],
    ),
    ...entries.flatMap(({ email, link, origin }) => {
      const user = users.get(link?.userId ?? '');
      if (!link) return origin === 'default' ? [`${email} was made for somebody and is nobody's`] : [];
      return [
        ...(!user || user.tombstone?.erasedAt !== undefined ? [`${email} is linked to nobody`] : []),
        ...(user && !user.tombstone && user.rosterEmail !== email
          ? [`${email} is linked to one who does not know`]
          : []),
        ...(origin === 'default' && user?.held.email !== email
          ? [`${email} was made for one who does not have it`]
          : []),
      ];
    }),
  ];
}
