import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../../../scripts/demo/world.ts';
import { RECONCILE_LIMITS } from '../../../shared/sync/reconcile/dependencies.ts';
import type { ChaosCloud } from './chaos-cloud.ts';
import type { People } from './people.ts';

/** What a run says of itself, as far as it is looked at here. */
export interface RunSummary {
  readonly status: string;
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly restored: number;
  readonly seconds: number;
}

/** Sends every message that waits, until none does. */
export async function deliverEverything({ world }: ChaosCloud): Promise<void> {
  for (let left = 60; left > 0; left -= 1) {
    const { body } = await world.control('POST', 'webhooks/flush');
    if (body['delivered'] === 0 && body['failed'] === 0) return;
    if (Number(body['failed']) > 0) await sleep(1_000);
  }
  throw new Error('Webhooks are still waiting after a minute of calm.');
}

/** Users that Clerk tells of at a time. */
const BATCH = 100;

/**
 * What has become of everybody, from Clerk: an answer that was cut off has left in the dark whoever asked for a ban, for its end or
 * for a deletion.
 */
export async function learnStates({ world }: ChaosCloud, { all }: People): Promise<void> {
  for (let from = 0; from < all.length; from += BATCH) {
    const batch = all.slice(from, from + BATCH);
    const { data } = await world.clerk.users.getUserList({ userId: batch.map(({ id }) => id), limit: BATCH });
    const banned = new Map(data.map((user) => [user.id, user.banned]));
    for (const person of batch) {
      const isBanned = banned.get(person.id);
      person.state = isBanned === undefined ? 'deleted' : isBanned ? 'banned' : 'active';
    }
  }
}

/**
 * Waits until everybody is older than the grace: of one who came later and whose deletion nobody has told, a run would say
 * nothing yet. It goes by the machine's clock, as the run does.
 */
export async function outgrowGrace(): Promise<void> {
  await sleep(RECONCILE_LIMITS.graceMs + 1_000);
}

/** A full run over a quiet world. What it holds back is approved. */
export async function cleanRun(cloud: ChaosCloud): Promise<RunSummary> {
  const summary = summaryOf(await patiently(() => cloud.world.fireFullRun()));
  if (summary['status'] !== 'held') return summary as unknown as RunSummary;
  const approved = await approve(cloud, String(summary['runId']));
  return approved as unknown as RunSummary;
}

/** One that died has the lease for up to five minutes, for which a run waits; a client of ours waits as long for an answer. */
async function patiently(fire: () => Promise<Answer>): Promise<Answer> {
  for (let left = 3; ; left -= 1) {
    try {
      return await fire();
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

function summaryOf({ status, body }: Answer): Readonly<Record<string, unknown>> {
  if (status !== 200) throw new Error(`A full run in calm weather failed: ${JSON.stringify(body)}`);
  return body;
}

async function approve({ stack }: ChaosCloud, runId: string): Promise<Readonly<Record<string, unknown>>> {
  const headers = { authorization: `Bearer ${stack.adminApiKey}` };
  const call = async (method: string, path: string): Promise<Readonly<Record<string, unknown>>> => {
    const response = await fetch(`${stack.api}/admin/sync-runs/${path}`, { method, headers });
    return (await response.json()) as Readonly<Record<string, unknown>>;
  };
  const { runId: approval } = await call('POST', `${runId}/approve-deletions`);
  for (let left = 120; left > 0; left -= 1) {
    const run = await call('GET', String(approval));
    if (!['requested', 'running'].includes(String(run['status']))) return run;
    await sleep(500);
  }
  throw new Error(`The approval ${String(approval)} has not ended after a minute.`);
}
