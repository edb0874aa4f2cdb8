import type { Alias, Function } from 'aws-cdk-lib/aws-lambda';
import { connectReconciler } from './connections.ts';
import { AUDIT, INSTANCE, NAMES, QUARANTINE, ROSTER, RUNS, USERS } from './item-keys.ts';
import { connectIndex, connectTable } from './table-access.ts';
import { configureCommon, connectClerk } from './wire-functions.ts';
import type { Wiring } from './wire-functions.ts';

/**
 * Gives the admin function what it needs and nothing else. It starts runs, and makes none of their changes: it deletes no user and
 * has no lease.
 */
export function wireAdmin(lambda: Function, reconciler: Alias, wiring: Wiring): void {
  const { props, table, secret } = wiring;
  configureCommon(lambda, wiring);
  connectTable(lambda, table, {
    GetItem: [USERS, ...NAMES, ROSTER, RUNS, INSTANCE, QUARANTINE, AUDIT],
    UpdateItem: [USERS, ...NAMES, ROSTER, QUARANTINE],
    PutItem: [RUNS, INSTANCE, AUDIT],
    DeleteItem: [...NAMES, ROSTER],
  });
  connectIndex(lambda, table);
  connectClerk(lambda, secret, props);
  connectReconciler(lambda, reconciler);
}
