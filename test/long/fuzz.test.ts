import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { LocalStack } from '../../infra/local/local-stack.ts';
import { startLocalStack } from '../../infra/local/local-stack.ts';
import type { World } from '../../scripts/demo/world.ts';
import { createWorld, signUp } from '../../scripts/demo/world.ts';
import { tell } from '../support/chaos/figures.ts';
import { adminRequestHolds, adminRequests, imports, strangers, strangersRequestHolds } from '../support/fuzz/admin.ts';
import { healthHolds, healthRequest, healthRequests } from '../support/fuzz/health.ts';
import {
  sendAdminRequest,
  sendHealthRequest,
  sendUsersRequest,
  sendWebhook,
  tellingLines,
} from '../support/fuzz/over-http.ts';
import { fuzz } from '../support/fuzz/runs.ts';
import { asked, forgedTokenHolds, forgedTokens, signedTokenHolds, signedTokens } from '../support/fuzz/tokens.ts';
import { requests, usersRequestHolds } from '../support/fuzz/users.ts';
import {
  signedWebhookHolds,
  signedWebhooks,
  strangersWebhookHolds,
  strangersWebhooks,
  webhookBodies,
} from '../support/fuzz/webhooks.ts';

type Came = Readonly<Record<string, number>>;

async function told(what: string, searching: Promise<Came>): Promise<Came> {
  const came = await searching;
  tell(`  ${what}: ${JSON.stringify(came)}`);
  return came;
}

const MANY = 6_000;

it.each<[string, () => Promise<Came>]>([
  ['signed webhooks', () => fuzz(MANY, signedWebhooks, signedWebhookHolds)],
  ["strangers' webhooks", () => fuzz(MANY, strangersWebhooks, strangersWebhookHolds)],
  ['forged tokens', () => fuzz(MANY, asked(forgedTokens), forgedTokenHolds)],
  ['signed tokens', () => fuzz(MANY, asked(signedTokens), signedTokenHolds)],
  ["users' requests", () => fuzz(MANY, requests, usersRequestHolds)],
  ['administrative requests', () => fuzz(MANY, adminRequests, adminRequestHolds)],
  ['files of people', () => fuzz(MANY / 3, imports, adminRequestHolds)],
  ['questions to health', () => fuzz(MANY, healthRequests, healthHolds)],
  ["strangers' administrative requests", () => fuzz(MANY, strangers, strangersRequestHolds)],
])(`${MANY.toLocaleString('en')} of a kind, distorted, do nothing that they should not: %s`, async (what, search) => {
  expect(Object.keys(await told(what, search())).length).toBeGreaterThan(0);
});

describe('Over HTTP, with a real engine behind it,', () => {
  let stack: LocalStack;
  let world: World;
  beforeAll(async () => {
    stack = await startLocalStack({ assembly: inject('assembly') });
    world = createWorld(stack.file);
  });
  afterAll(() => stack?.close());

  it('webhooks that Clerk has signed are taken, whatever they say', async () => {
    const bodies = webhookBodies(stack.file.instanceId);
    const came = await told(
      'webhooks',
      fuzz(600, bodies, (body) => sendWebhook(stack.file, body)),
    );
    expect(Object.keys(came)).toEqual(expect.arrayContaining(['created', 'quarantined', 'ignored', 'stale']));
  });

  it("users' requests are answered on purpose", async () => {
    const user = await signUp(world, 'fuzz@example.com', 'Ada');
    await world.flushWebhooks();
    const send = async (request: Parameters<typeof usersRequestHolds>[0]): Promise<string> =>
      sendUsersRequest(stack.file, await world.token(user.id), request);
    const came = await told('users', fuzz(500, requests, send));
    expect(Object.keys(came)).toEqual(expect.arrayContaining(['PATCH 200', 'PATCH 400', 'GET 200']));
  });

  it('administrative requests are answered on purpose', async () => {
    const quiet = adminRequests.filter(({ routeKey }) => !routeKey.includes('sync-'));
    const came = await told(
      'admin',
      fuzz(300, quiet, (request) => sendAdminRequest(stack.file, request)),
    );
    expect(Object.keys(came)).toEqual(expect.arrayContaining(['GET 200', 'PUT 400', 'POST 404']));
    await told(
      'files',
      fuzz(60, imports, (request) => sendAdminRequest(stack.file, request)),
    );
  });

  it('questions to health are answered, whatever comes along with them', async () => {
    // Each waits a limited time: that a container starts first, which takes long on a busy machine, is no question's fault.
    await fetch(`${stack.file.api}/health`);
    const came = await told(
      'health',
      fuzz(100, healthRequest, (request) => sendHealthRequest(stack.file, request)),
    );
    expect(Object.keys(came)).toEqual(['GET 200']);
  });

  it('nobody can read in a log what was sent, or of an error that nobody has foreseen', async () => {
    expect(await tellingLines(stack.file)).toEqual([]);
  });
});
