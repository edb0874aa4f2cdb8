import type { Invariant, Truth } from './invariant.ts';

export const rosterLinksBothSides: Invariant = {
  number: 13,
  name: 'roster-links-both-sides',
  promise:
    'A roster entry and its live user name each other or neither does, and whoever was erased has none (ADR 18).',
  watch: (truth, isBroken) => ({
    written() {
      for (const problem of problemsOf(truth)) isBroken(problem);
    },
    atRest() {
      for (const problem of problemsOf(truth)) isBroken(problem);
    },
  }),
};

function problemsOf({ table }: Truth): string[] {
  const users = new Map(table.store.users().map((user) => [user.id, user]));
  const linked = [...table.entries.values()].flatMap(({ email, link }) => (link ? [{ email, id: link.userId }] : []));
  const owners = new Map(linked.map(({ email, id }) => [email, id]));
  return [
    ...linked.flatMap(({ email, id }) =>
      users.get(id)?.rosterEmail === email ? [] : [`An entry is linked to ${id}, who does not name it.`],
    ),
    // A deleted user may go on naming the entry that has gone along to whoever came back as her.
    ...[...users.values()].flatMap(({ id, rosterEmail, tombstone }) =>
      tombstone || rosterEmail === undefined || owners.get(rosterEmail) === id
        ? []
        : [`${id} names an entry that is not hers.`],
    ),
  ];
}
