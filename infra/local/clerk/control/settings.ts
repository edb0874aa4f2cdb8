import { readFaults } from '../faults.ts';
import { badField } from '../http/problem.ts';
import type { ApiRequest, Route } from '../http/router.ts';
import type { World } from '../world.ts';
import { optionalFlag, optionalNumber, optionalObject, requireText } from './fields.ts';

const TOKEN_LIFETIME_SECONDS = 60;

/** Faults, the clock, what can be switched, and session tokens. */
export function settingRoutes(world: World): Route[] {
  const { switches, clock } = world;
  const settings = (): object => ({ banRaisesUpdatedAt: switches.banRaisesUpdatedAt });
  const now = (): object => ({ now: Math.floor(clock.now()) });
  return [
    { method: 'GET', pattern: '/__local/faults', handle: () => ({ body: switches.faults }) },
    {
      method: 'PUT',
      pattern: '/__local/faults',
      handle: ({ body }) => {
        switches.faults = readFaults(body);
        return { body: switches.faults };
      },
    },
    { method: 'GET', pattern: '/__local/clock', handle: () => ({ body: now() }) },
    {
      method: 'PUT',
      pattern: '/__local/clock',
      handle: (request) => {
        clock.advance(readAdvance(request));
        world.changed();
        return { body: now() };
      },
    },
    { method: 'GET', pattern: '/__local/settings', handle: () => ({ body: settings() }) },
    {
      method: 'PUT',
      pattern: '/__local/settings',
      handle: ({ body }) => {
        switches.banRaisesUpdatedAt = optionalFlag(body, 'banRaisesUpdatedAt', false);
        world.changed();
        return { body: settings() };
      },
    },
    { method: 'POST', pattern: '/__local/tokens', handle: (request) => ({ body: { token: mint(world, request) } }) },
  ];
}

function readAdvance({ body }: ApiRequest): number {
  const { advanceMs } = body;
  if (typeof advanceMs === 'number' && Number.isFinite(advanceMs) && advanceMs >= 0) return advanceMs;
  throw badField('advanceMs', 'milliseconds, 0 or more: the clock only moves forward');
}

function mint(world: World, { body }: ApiRequest): string {
  const userId = requireText(body, 'userId');
  const { key } = body;
  if (key !== undefined && key !== 'unknown') throw badField('key', '"unknown" or left out');
  return world.mint.mint({
    userId,
    user: world.store.lastKnown(userId),
    claims: optionalObject(body, 'claims'),
    expiresInSeconds: optionalNumber(body, 'expiresInSeconds', TOKEN_LIFETIME_SECONDS),
    signedBy: key === 'unknown' ? 'unknown' : 'instance',
  });
}
