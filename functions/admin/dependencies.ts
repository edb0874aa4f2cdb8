import type { AuditStore } from '../../shared/ports/audit-store.ts';
import type { ConflictList } from '../../shared/ports/conflict-list.ts';
import type { InstanceStore } from '../../shared/ports/instance-store.ts';
import type { Quarantine } from '../../shared/ports/quarantine.ts';
import type { RunHistory } from '../../shared/ports/run-history.ts';
import type { RunStore } from '../../shared/ports/run-store.ts';
import type { AdminUserDependencies } from '../../shared/sync/admin/dependencies.ts';
import type { StartDependencies } from '../../shared/sync/admin/start-run.ts';
import type { EventDependencies } from '../../shared/sync/events/dependencies.ts';
import type { RosterAdminDependencies } from '../../shared/sync/roster/dependencies.ts';
import type { KeyDependencies } from './authenticate.ts';

/** What several parts need, and some of it less than all: named below in full. */
type Shared = 'quarantine' | 'instance' | 'roster';

/** Everything the admin routes depend on. */
export interface AdminDependencies
  extends
    Omit<EventDependencies, Shared>,
    Omit<AdminUserDependencies, Shared>,
    RosterAdminDependencies,
    StartDependencies,
    KeyDependencies {
  readonly audit: AuditStore;
  readonly history: RunHistory;
  readonly runs: RunStore;
  readonly conflicts: ConflictList;
  readonly quarantine: Quarantine;
  readonly instance: InstanceStore;
}
