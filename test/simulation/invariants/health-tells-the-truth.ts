import type { Invariant } from './invariant.ts';

/** What health looks back, and remembers, and how far a container's clock is off, ms. */
const LOOKED_AT_MS = (15 + 1 + 4) * 60_000;

export const healthTellsTheTruth: Invariant = {
  number: 17,
  name: 'health-tells-the-truth',
  promise:
    'Health answers 200, or 503 while syncs fail or did a moment ago; when all is well it says so, and how many users there are.',
  watch: ({ now, people, failedSince }, isBroken) => ({
    healthTold({ route, status, body, isAtRest }) {
      if (status !== 200 && status !== 503) isBroken(`${route} was answered ${status}.`);
      if (status === 503 && failedSince(now() - LOOKED_AT_MS) === 0)
        isBroken(`${route} says error, and nothing failed.`);
      if (!isAtRest) return;
      const isSyncs = route === 'GET /health';
      if (isSyncs && body.status !== 'ok') isBroken(`${route} says ${body.status} when all is well.`);
      if (!isSyncs && body.clerk_users !== people.living().length)
        isBroken(`${route} says that Clerk has ${body.clerk_users} users.`);
    },
  }),
};
