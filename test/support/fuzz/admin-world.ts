import { createHash } from 'node:crypto';
import { DENIALS } from '../../../functions/admin/authenticate.ts';
import { adminApi } from '../../../functions/admin/route-admin.ts';
import { createCallBucket } from '../../../shared/adapters/clerk/call-bucket.ts';
import { parseWebhookEvent as parse } from '../../../shared/adapters/clerk/webhook-event.ts';
import { createMemoryAuditStore } from '../../../shared/adapters/memory/audit-store.ts';
import { createMemoryConflictList } from '../../../shared/adapters/memory/conflict-list.ts';
import { createMemoryInstanceStore } from '../../../shared/adapters/memory/instance-store.ts';
import { createMemoryQuarantine } from '../../../shared/adapters/memory/quarantine.ts';
import { createMemoryRosterStore } from '../../../shared/adapters/memory/roster-store.ts';
import { createMemoryRunHistory } from '../../../shared/adapters/memory/run-history.ts';
import { createMemoryRunStarter } from '../../../shared/adapters/memory/run-starter.ts';
import { createMemoryRunStore } from '../../../shared/adapters/memory/run-store.ts';
import { createMemoryUserDirectory } from '../../../shared/adapters/memory/user-directory.ts';
import { createMemoryUserStore } from '../../../shared/adapters/memory/user-store.ts';
import { ID, storeFromClerk } from '../functions/authorizer.ts';
import { createParts, directoryUser, NOW } from '../functions/parts.ts';

/** The one key that is valid. */
export const KEY = `cds_${'k'.repeat(43)}`;

/** Everything of the administrative API in memory: a user, an event in quarantine, a run and a roster entry are there. */
export async function createAdminWorld() {
  const parts = createParts();
  const store = createMemoryRosterStore();
  const users = createMemoryUserStore({ clock: parts.clock, roster: store });
  const quarantine = createMemoryQuarantine(parts);
  const runs = createMemoryRunStore(parts);
  const starter = createMemoryRunStarter();
  const directory = createMemoryUserDirectory();
  const audit = createMemoryAuditStore(parts);
  let ids = 0;
  const hashes = [createHash('sha256').update(KEY).digest('hex')];
  const deps = {
    ...parts,
    store: users,
    apps: users.apps,
    random: { next: () => 0.5, id: () => `id_${(ids += 1)}` },
    roster: { store, isOn: true, cohort: {} },
    keys: { current: () => Promise.resolve(hashes), reread: () => Promise.resolve(hashes) },
    attempts: createCallBucket({ clock: parts.clock, ...DENIALS }),
    conflicts: createMemoryConflictList(users),
    history: createMemoryRunHistory(runs),
    instance: createMemoryInstanceStore(),
    parse,
    quarantine,
    runs,
    starter,
    directory,
    audit,
  };
  directory.put(directoryUser(ID));
  await storeFromClerk({ ...parts, store: users });
  await quarantine.put({
    id: 'msg_1',
    type: 'user.updated',
    firstAt: NOW,
    reason: 'no-id',
    body: '{',
    userId: undefined,
  } as never);
  const state = async (): Promise<string> =>
    JSON.stringify([
      users.users(),
      (await store.list({ limit: 100 })).entries,
      [...starter.started],
      await waiting(quarantine),
    ]);
  return {
    api: adminApi(deps),
    log: parts.log,
    metrics: parts.metrics,
    state,
    audited: () => audit.list({ limit: 100 }),
  };
}

async function waiting(quarantine: ReturnType<typeof createMemoryQuarantine>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of quarantine.list()) ids.push(id);
  return ids;
}
