/**
 * A stand-in for Clerk that runs inside this process: one HTTP server with Clerk's Backend API (version 2026-05-12), a
 * key set, session tokens, Svix-signed webhooks with Svix's retries, and control routes under `/__local` to make things
 * go wrong on purpose. Clerk's own client (`@clerk/backend`) works against it for every call it serves.
 *
 * It does what its specification says; where that is silent and nobody outside Clerk knows, it does what is harder to
 * mirror: a ban leaves `updated_at` as it is (`PUT /__local/settings`), users with one creation time come in an order
 * that only the seed knows, and a cursor whose user was deleted is refused with 422. An instance of it requires no
 * identifier: a user may have neither email address nor username. `GET /` lists what is served
 * and what is not imitated (not-imitated.ts).
 */
import { createWorld } from './create-world.ts';
import { backendApi, publicApi } from './api/surface.ts';
import { controlSurface } from './control/surface.ts';
import { startHttpServer } from './http/server.ts';
import type { HttpServer } from './http/server.ts';
import type { ClerkStandInOptions } from './options.ts';
import { seededRandom } from './random.ts';
import { RateLimit } from './rate-limit.ts';
import type { StateFile } from './state/state-file.ts';
import type { World } from './world.ts';

export type { ClerkStandInOptions } from './options.ts';

export interface ClerkStandIn {
  /** Without a trailing slash and without `/v1`: what `apiUrl` of Clerk's client takes. */
  readonly url: string;
  readonly issuer: string;
  readonly instanceId: string;
  readonly secretKey: string;
  /** PEM. */
  readonly jwtPublicKey: string;
  /** PEM. */
  readonly jwtPrivateKey: string;
  readonly kid: string;
  /** The signing secret of the endpoint at each position. */
  readonly webhookSecrets: readonly string[];
  readonly authorizedParty: string;
  /** Sends webhooks to these addresses from now on; the position decides the signing secret. */
  setWebhookEndpoints(urls: readonly string[]): void;
  /** Ends all connections and attempts under way, and writes the state file. */
  close(): Promise<void>;
}

/** A Clerk instance has an issuer that no port is part of, so that what is deployed locally does not depend on one. */
const ISSUER = 'https://sync-local.clerk.accounts.dev';
const HOST = '127.0.0.1';
const AUTHORIZED_PARTY = 'http://localhost:5173';
/** Clerk's limit for a production instance. */
const RATE_LIMIT = { requests: 1000, windowMs: 10_000 };

/**
 * Starts a stand-in.
 * @throws When the port is taken or the state file is not one; the message says which.
 */
export async function startClerkStandIn(options: ClerkStandInOptions): Promise<ClerkStandIn> {
  const authorizedParty = options.authorizedParty ?? AUTHORIZED_PARTY;
  const { world, file } = createWorld(options, ISSUER, authorizedParty);
  try {
    const server = await serve(world, options);
    file?.save();
    return standIn(world, server, authorizedParty, file);
  } catch (error) {
    await world.queue.close();
    throw error;
  }
}

function serve(world: World, options: ClerkStandInOptions): Promise<HttpServer> {
  const limit = new RateLimit(options.rateLimit ?? RATE_LIMIT);
  const backend = backendApi(world, limit, seededRandom(world.seed ^ 0x0a91));
  const shared = publicApi(world);
  const control = controlSurface(world, [...backend.routes, ...shared.routes]);
  return startHttpServer([backend, shared, control], options.host ?? HOST, options.port ?? 0);
}

function standIn(world: World, server: HttpServer, authorizedParty: string, file: StateFile | undefined): ClerkStandIn {
  const { identity, endpoints, queue } = world;
  return {
    url: server.url,
    issuer: world.issuer,
    instanceId: identity.instanceId,
    secretKey: identity.secretKey,
    jwtPublicKey: identity.jwtPublicKey,
    jwtPrivateKey: identity.jwtPrivateKey,
    kid: identity.kid,
    webhookSecrets: identity.webhookSecrets,
    authorizedParty,
    setWebhookEndpoints(urls) {
      endpoints.set(urls);
      world.changed();
      queue.wake();
    },
    async close() {
      await server.close();
      await queue.close();
      file?.close();
    },
  };
}
