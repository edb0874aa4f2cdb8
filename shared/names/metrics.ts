/** CloudWatch namespace of every metric this project emits (design: one namespace, dimension `Stack` on all). */
export const METRIC_NAMESPACE = 'ClerkSync';

/** The dimension that keeps stages and several instances apart; every metric carries it. */
export const STACK_DIMENSION = 'Stack';

/** Values of the dimension `Path`: who brought a change. */
export const METRIC_PATHS = ['authorizer', 'webhook', 'reconciler', 'on-demand', 'admin'] as const;

export type MetricPath = (typeof METRIC_PATHS)[number];

export type MetricUnit = 'Count' | 'Milliseconds';

/**
 * Every metric, its unit and the dimensions it carries beside `Stack`. One with a `total` is emitted without them as well, since
 * an alarm cannot add up the values of a dimension that it does not know: CloudWatch bills that as a metric more.
 * Functions, alarms and dashboards all read this table, so that a name cannot drift between them.
 */
export const METRICS = {
  SyncCreated: { unit: 'Count', dimensions: ['Path'] },
  SyncUpdated: { unit: 'Count', dimensions: ['Path'] },
  SyncDeleted: { unit: 'Count', dimensions: ['Path'] },
  SyncRestored: { unit: 'Count', dimensions: ['Path'] },
  SyncStale: { unit: 'Count', dimensions: ['Path'] },
  SyncFailed: { unit: 'Count', dimensions: ['Path'] },
  SyncLag: { unit: 'Milliseconds', dimensions: ['Path'] },
  AutoSync: { unit: 'Count', dimensions: [] },
  AuthDenied: { unit: 'Count', dimensions: ['Reason'], total: true },
  AdminDenied: { unit: 'Count', dimensions: ['Reason'], total: true },
  WebhookReceived: { unit: 'Count', dimensions: ['Type'], total: true },
  WebhookRejected: { unit: 'Count', dimensions: ['Reason'], total: true },
  WebhookQuarantined: { unit: 'Count', dimensions: [] },
  QuarantineSize: { unit: 'Count', dimensions: [] },
  WebhookSecretMatched: { unit: 'Count', dimensions: ['Secret'] },
  EmailConflict: { unit: 'Count', dimensions: [] },
  UsernameConflict: { unit: 'Count', dimensions: [] },
  DriftFound: { unit: 'Count', dimensions: ['Field'], total: true },
  ClerkUsers: { unit: 'Count', dimensions: [] },
  StoredUsers: { unit: 'Count', dimensions: [] },
  UserCountDiscrepancy: { unit: 'Count', dimensions: [] },
  ReconcileDuration: { unit: 'Milliseconds', dimensions: [] },
  ReconcileFailed: { unit: 'Count', dimensions: [] },
  DeletionsHeld: { unit: 'Count', dimensions: [] },
} as const satisfies Record<string, { unit: MetricUnit; dimensions: readonly string[]; total?: true }>;

export type MetricName = keyof typeof METRICS;
