import type { Invariant } from './invariant.ts';

export const adminIsOnRecord: Invariant = {
  number: 16,
  name: 'admin-is-on-record',
  promise:
    'Whatever an administrator changes is on record before it is done, and whatever she is told, too (section 4).',
  watch: ({ table }, isBroken) => {
    // The id of an entry has the name of the invocation in it.
    const isRecorded = (party: string): boolean => [...table.audited.keys()].some((id) => id.includes(`-${party}-`));
    return {
      written({ after }, party) {
        if (party?.startsWith('admin-') && !isRecorded(party)) isBroken(`${party} wrote ${after.id} off the record.`);
      },
      administered({ action, party, status }) {
        if (status < 400 && !isRecorded(party)) isBroken(`${action} was answered ${status} off the record.`);
      },
    };
  },
};
