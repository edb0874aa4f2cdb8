/** Names of the table's keys and of its one index: the construct creates them, the DynamoDB adapter uses them. */
export const TABLE = {
  partitionKey: 'pk',
  timeToLive: 'expiresAt',
  index: {
    name: 'byGroup',
    partitionKey: 'group',
    sortKey: 'sort',
    projected: ['fingerprint', 'profileAsOf', 'profileSeenAt', 'recordAsOf', 'recordSeenAt'],
  },
} as const;
