import { expect, vi } from 'vitest';
import type { LocalStack } from '../../../infra/local/local-stack.ts';
import { startLocalStack } from '../../../infra/local/local-stack.ts';
import type { World } from '../../../scripts/demo/world.ts';
import { createWorld, signUp } from '../../../scripts/demo/world.ts';

/** An alarm as `GET /__local/alarms` shows it. */
interface ShownAlarm {
  readonly name: string;
  readonly state: string;
  readonly told: readonly { readonly at: number; readonly state: string }[];
}

/** A whole local cloud with its alarms, in which something is about to go wrong. */
export interface AlarmedCloud extends AsyncDisposable {
  readonly stack: LocalStack;
  readonly world: World;
  /** Alarms that ring now, in the order of the alphabet. */
  ringing(): Promise<readonly string[]>;
  /** Alarms that have rung at any time since all was well. */
  rung(): Promise<readonly string[]>;
  /**
   * Waits until subscribers have heard of so many changes, the first user's among them. A change that still waits when the clock is
   * moved is as late as it was moved.
   */
  changesTold(count: number): Promise<void>;
  /** Moves the clock of Clerk's stand-in, of the schedules, the metrics and the alarms. */
  pass(minutes: number): Promise<void>;
  /** Faults between functions and table; none with `{}`. */
  storeFaults(faults: object): Promise<void>;
  /** Faults of Clerk: of its API and of its webhooks; none with `{}`. */
  clerkFaults(faults: object): Promise<void>;
  /** New users of Clerk, told by webhooks, which wait for `sendWebhooks`. @returns their ids */
  newUsers(count: number): Promise<readonly string[]>;
  /** Has everything that waits sent once, whatever comes of it. */
  sendWebhooks(): Promise<void>;
}

/**
 * Starts a local cloud in which all is well: a full run has come to its end and, unless it is not to, the endpoint has heard of a user.
 *
 * @param options.assembly a synthesised app
 * @param options.heard whether Clerk has sent anything so far; default true
 */
export async function startAlarmedCloud({
  assembly,
  heard = true,
}: {
  readonly assembly: string;
  readonly heard?: boolean;
}): Promise<AlarmedCloud> {
  const stack = await startLocalStack({ assembly });
  // Before the first full run `NoFullRun` rings, and rightly.
  let wellSince = 0;
  const cloud = cloudOf(stack, () => wellSince);
  try {
    if (heard) {
      await signUp(cloud.world, 'first@example.com', 'First');
      await cloud.world.flushWebhooks();
      await cloud.changesTold(1);
    }
    expect((await cloud.world.fireFullRun()).body).toMatchObject({ status: 'in-sync' });
    expect(await cloud.ringing()).toEqual([]);
    wellSince = Date.now();
    return cloud;
  } catch (error) {
    await stack.close();
    throw error;
  }
}

/** @param wellSince from when on an alarm counts as having rung, ms */
function cloudOf(stack: LocalStack, wellSince: () => number): AlarmedCloud {
  const world = createWorld(stack.file);
  const alarms = async (): Promise<readonly ShownAlarm[]> =>
    (await (await fetch(`${stack.file.api}/__local/alarms`)).json()) as readonly ShownAlarm[];
  const put = async (url: string, body: object): Promise<void> => {
    const response = await fetch(url, { method: 'PUT', body: JSON.stringify(body) });
    expect(response.status).toBe(200);
  };
  let people = 0;
  return {
    stack,
    world,
    ringing: async () => namesOf((await alarms()).filter(({ state }) => state === 'ALARM')),
    rung: async () =>
      namesOf(
        (await alarms()).filter(({ told }) => told.some(({ state, at }) => state === 'ALARM' && at > wellSince())),
      ),
    async changesTold(count) {
      const told = async (): Promise<unknown> => (await fetch(`${stack.file.api}/__local/events`)).json();
      // Not `expect.poll`, which may stand in tests only: some start their cloud before the first.
      await vi.waitFor(async () => expect(await told()).toHaveLength(count), { timeout: 30_000 });
    },
    pass: (minutes) => put(`${stack.file.clerk}/__local/clock`, { advanceMs: minutes * 60_000 }),
    storeFaults: (faults) => put(`${stack.file.api}/__local/store`, faults),
    clerkFaults: (faults) => put(`${stack.file.clerk}/__local/faults`, faults),
    async newUsers(count) {
      const users = Array.from({ length: count }, (_, n) => ({ email_address: [`person${people + n}@example.com`] }));
      people += count;
      const { status, body } = await world.control('POST', 'users/import', { users, webhooks: true });
      expect(status).toBe(200);
      return body['ids'] as readonly string[];
    },
    sendWebhooks: async () => void (await world.control('POST', 'webhooks/flush')),
    [Symbol.asyncDispose]: () => stack.close(),
  };
}

/** Without the stack and the construct that each name begins with. */
function namesOf(alarms: readonly ShownAlarm[]): readonly string[] {
  return alarms.map(({ name }) => name.replace(/^.*-/, '')).toSorted();
}
