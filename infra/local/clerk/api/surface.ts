import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  bodyTooLarge,
  invalidBody,
  invalidSecretKey,
  notImitated,
  serverFailure,
  tooManyRequests,
} from '../http/clerk-problem.ts';
import { ConnectionLost } from '../http/server.ts';
import type { Surface } from '../http/server.ts';
import type { SeededRandom } from '../random.ts';
import type { RateLimit } from '../rate-limit.ts';
import type { World } from '../world.ts';
import { emailAddressRoutes } from './email-addresses.ts';
import { instanceRoutes, wellKnownRoutes } from './instance.ts';
import { restrictionRoutes } from './restrictions.ts';
import { userRoutes } from './users.ts';

const REFUSALS = { notFound: notImitated, invalidBody, bodyTooLarge };
/** What the fault `rate429` asks for. */
const FAULT_RETRY_AFTER_SECONDS = 1;
const FAILURES = [500, 502, 503] as const;

/** The Backend API: behind the secret key, a rate limit and the faults. */
export function backendApi(world: World, limit: RateLimit, random: SeededRandom): Surface {
  return {
    prefix: '/v1/',
    routes: [...userRoutes(world), ...restrictionRoutes(world), ...emailAddressRoutes(world), ...instanceRoutes(world)],
    async admit(request) {
      requireSecretKey(request, world.identity.secretKey);
      const decision = limit.take();
      if (!decision.allowed) throw tooManyRequests(decision.retryAfterSeconds);
      await strike(world, random);
    },
    release: () => cut(lostAfter(world.switches.faults.api.reset), random),
    ...REFUSALS,
  };
}

/** What Clerk publishes to everyone. */
export function publicApi(world: World): Surface {
  return { prefix: '/.well-known/', routes: wellKnownRoutes(world), admit() {}, ...REFUSALS };
}

function requireSecretKey(request: IncomingMessage, secretKey: string): void {
  const { authorization } = request.headers;
  if (authorization !== `Bearer ${secretKey}`) throw invalidSecretKey(authorization !== undefined);
}

async function strike({ switches }: World, random: SeededRandom): Promise<void> {
  const { latencyMs, rate429, rate5xx, reset } = switches.faults.api;
  // Not referenced: an answer that is late on purpose must not keep a closing process alive.
  if (latencyMs > 0) await sleep(latencyMs, undefined, { ref: false });
  cut(reset / 2, random);
  if (random.chance(rate429)) throw tooManyRequests(FAULT_RETRY_AFTER_SECONDS);
  if (random.chance(rate5xx)) throw serverFailure(FAILURES[Math.floor(random.next() * FAILURES.length)] ?? 500);
}

/** So that all together as many are lost as was asked for: none gets here that was lost before. */
function lostAfter(reset: number): number {
  return reset / 2 / (1 - reset / 2);
}

function cut(rate: number, random: SeededRandom): void {
  if (random.chance(rate)) throw new ConnectionLost('The connection is reset on purpose.');
}
