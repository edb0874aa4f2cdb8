/** The package: the construct, and what is needed to set it up. Functions behind it take `clerk-dynamodb-sync/request`. */
export { ALARM_THRESHOLDS } from './constructs/alarms/thresholds.ts';
export type { AlarmThresholds } from './constructs/alarms/thresholds.ts';
export type { AlarmSettings } from './constructs/alarms/sync-alarms.ts';
export type { AuthorizerFunctions, AuthorizerVariant } from './constructs/authorizers.ts';
export type { ReadableSecret } from './constructs/clerk-secret.ts';
export { ClerkUserSync } from './constructs/clerk-user-sync.ts';
export type { HttpAuthorizerOptions, RestAuthorizerOptions } from './constructs/clerk-user-sync.ts';
export type {
  AuthorizerSettings,
  ClerkUserSyncProps,
  RosterSettings,
  Throttle,
} from './constructs/clerk-user-sync-props.ts';
export type {
  DeploymentSettings,
  DomainSettings,
  HostingProps,
  VpcSettings,
  WebAclSettings,
} from './constructs/hosting-props.ts';
export { SettingError } from './constructs/setting-error.ts';
export type { ReadAccess } from './constructs/table-access.ts';
export { UserTable } from './constructs/user-table.ts';
export type { MirrorTable, UserTableProps } from './constructs/user-table.ts';
