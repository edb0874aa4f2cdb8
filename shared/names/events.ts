/** How the events of this project are known on a bus: functions publish under these names, rules are written against them. */
export const EVENTS = {
  source: 'clerk-dynamodb-sync',
  /** Of the event's `detail`; raised when a field changes its meaning, not when one is added. */
  schemaVersion: 1,
} as const;
