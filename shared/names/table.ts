/** Names of the table's keys, of its one index and of what filters its stream: the construct and the DynamoDB adapter use them. */
export const TABLE = {
  partitionKey: 'pk',
  timeToLive: 'expiresAt',
  userPrefix: 'user#',
  /** Items that say who has an email or a username. */
  reservation: { prefixes: ['email#', 'username#'], owner: 'owner' },
  index: {
    name: 'byGroup',
    partitionKey: 'group',
    sortKey: 'sort',
    projected: ['fingerprint', 'profileAsOf', 'profileSeenAt', 'recordAsOf', 'recordSeenAt'],
  },
} as const;
