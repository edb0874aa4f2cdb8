import { patchApp } from '../domain/app-change.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Refusal } from '../domain/standing.ts';
import { refusalOf } from '../domain/standing.ts';
import type { StoredUser } from '../domain/user.ts';
import type { AppReading, AppStore } from '../ports/app-store.ts';
import type { Random } from '../ports/random.ts';
import type { Timers } from '../ports/time.ts';
import { StoreUnavailable, UnstorableUser } from '../ports/user-store.ts';
import { backOff, persist } from './persist.ts';

export interface AppDependencies {
  readonly apps: AppStore;
  readonly timers: Timers;
  readonly random: Random;
}

export type AppResult =
  | { readonly status: 'changed' | 'unchanged'; readonly user: StoredUser }
  /** The mirror has no such user. */
  | { readonly status: 'absent' }
  /** She may not come in, and so change nothing. */
  | { readonly status: 'refused'; readonly refusal: Refusal }
  | { readonly status: 'too-large' }
  /** Not in time: the table did not answer, or others wrote all the while. */
  | { readonly status: 'unavailable' };

/**
 * Read, decide, write on condition that nobody wrote in between, and again with what the other writer left: so a change is
 * lost to nobody, and no two of them together make `app` larger than one may.
 *
 * @param patch a JSON merge patch of the application's attributes
 * @param budgetMs time for everything, retries included, ms
 * @throws whatever is a defect or a missing permission
 */
export async function changeApp(
  deps: AppDependencies,
  userId: string,
  patch: JsonObject,
  budgetMs: number,
): Promise<AppResult> {
  const deadline = deps.timers.deadline(budgetMs);
  try {
    return await settle(deps, userId, patch, deadline.signal);
  } catch (error) {
    // What JSON no table keeps was refused where it came in: what is left is an item that is full already.
    if (error instanceof UnstorableUser) return { status: 'too-large' };
    if (error instanceof StoreUnavailable || error === deadline.signal.reason) return { status: 'unavailable' };
    throw error;
  } finally {
    deadline.clear();
  }
}

async function settle(
  deps: AppDependencies,
  userId: string,
  patch: JsonObject,
  signal: AbortSignal,
): Promise<AppResult> {
  let reading = await persist(deps, signal, () => deps.apps.read(userId, { signal }));
  for (let lost = 1; ; lost += 1) {
    const attempt = await tryOnce(deps, reading, patch, signal);
    if (attempt.status !== 'lost') return attempt;
    reading = attempt.current;
    await backOff(deps, signal, lost);
  }
}

type Attempt = AppResult | { readonly status: 'lost'; readonly current: AppReading | undefined };

async function tryOnce(
  deps: AppDependencies,
  reading: AppReading | undefined,
  patch: JsonObject,
  signal: AbortSignal,
): Promise<Attempt> {
  if (!reading) return { status: 'absent' };
  const { user } = reading;
  const refusal = refusalOf(user);
  if (refusal) return { status: 'refused', refusal };
  const decision = patchApp(user.app, patch);
  if (decision.status === 'unchanged') return { status: 'unchanged', user };
  if (decision.status === 'too-large') return { status: 'too-large' };
  const result = await persist(deps, signal, () => reading.write(decision.change, { signal }));
  return result.status === 'written' ? { status: 'changed', user: result.user } : result;
}
