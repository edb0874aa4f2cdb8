import { describe, expect, it } from 'vitest';
import { healthRoutes } from '../../functions/health/health.ts';
import { createMemoryLog } from '../../shared/adapters/memory/log.ts';
import { routed } from '../../functions/http/router.ts';
import { textWith } from '../support/cloud/matchers.ts';
import { verified } from '../support/functions/authorizer.ts';
import { createWebhookWorld, OURS, webhookSecret } from '../support/functions/webhook-world.ts';
import { adminRequestHolds, adminRequests, imports, strangers, strangersRequestHolds } from '../support/fuzz/admin.ts';
import { healthHolds, healthRequests } from '../support/fuzz/health.ts';
import { CANARY } from '../support/fuzz/hostile.ts';
import { fuzz } from '../support/fuzz/runs.ts';
import { judgeAnswer } from '../support/fuzz/told.ts';
import { asked, forgedTokenHolds, forgedTokens, signedTokenHolds, signedTokens } from '../support/fuzz/tokens.ts';
import { requests, usersRequestHolds } from '../support/fuzz/users.ts';
import {
  signedWebhookHolds,
  signedWebhooks,
  strangersWebhookHolds,
  strangersWebhooks,
} from '../support/fuzz/webhooks.ts';

describe('Whatever comes to the webhook', () => {
  it('signed, is taken: applied or put into quarantine, whatever it says', async () => {
    const came = await fuzz(120, signedWebhooks, signedWebhookHolds);
    expect(Object.keys(came)).toEqual(expect.arrayContaining(['created', 'deleted', 'quarantined', 'ignored']));
  });

  it('from a stranger is refused, and nothing is read or written', async () => {
    const came = await fuzz(120, strangersWebhooks, strangersWebhookHolds);
    expect(came['400']).toBeGreaterThan(50);
  });

  it('would be seen if strangers were believed', async () => {
    const searched = fuzz(200, strangersWebhooks, (input) => {
      const believing = createWebhookWorld();
      believing.stored.webhookSecrets = [OURS, webhookSecret(7)];
      return strangersWebhookHolds(input, believing);
    });
    await expect(searched).rejects.toMatchObject({ cause: { message: 'A stranger was believed.' } });
  });
});

describe('A token', () => {
  it('that Clerk has not signed, to the letter, lets nobody in, whatever it looks like and however it comes', async () => {
    const came = await fuzz(150, asked(forgedTokens), forgedTokenHolds);
    expect(came['unauthorized']).toBeGreaterThan(20);
  });

  it('that Clerk has signed is allowed or refused, whatever it says', async () => {
    const came = await fuzz(100, asked(signedTokens), signedTokenHolds);
    expect(Object.keys(came)).toEqual(expect.arrayContaining(['allowed', 'unauthorized']));
  });

  it('would be seen if its signature were not looked at', async () => {
    const trusting = verified({ claims: { email: 'ada@example.com' } });
    const searched = fuzz(100, asked(forgedTokens), (input) => forgedTokenHolds(input, trusting));
    await expect(searched).rejects.toMatchObject({ cause: { message: 'It was allowed, with 1 writes.' } });
  });
});

describe('Whatever comes along with a question to health', () => {
  it('changes nothing of the answer, is in no log, and has nothing asked twice', async () => {
    const came = await fuzz(60, healthRequests, healthHolds);
    expect(Object.keys(came)).toEqual(expect.arrayContaining(['200 healthy', '200 ok', '200 unknown', '503 error']));
  });

  it('would be seen if every question asked CloudWatch', async () => {
    const searched = fuzz(60, healthRequests, (input) =>
      healthHolds(input, (deps) => async (event) => routed(healthRoutes(deps))(event)),
    );
    await expect(searched).rejects.toMatchObject({ cause: { message: textWith('CloudWatch was asked for') } });
  });

  it('would be seen if it were logged', async () => {
    const searched = fuzz(60, healthRequests, (input) =>
      healthHolds(input, (deps) => {
        const route = routed(healthRoutes(deps));
        return (event) => {
          deps.log.info('asked', { query: JSON.stringify(event.queryStringParameters) });
          return route(event);
        };
      }),
    );
    await expect(searched).rejects.toMatchObject({ cause: { message: textWith('The log says what was sent') } });
  });
});

describe('Whatever a client sends', () => {
  it('to the routes of users is answered on purpose, says nothing to the log, and changes nothing where it is refused', async () => {
    const came = await fuzz(200, requests, usersRequestHolds);
    expect(Object.keys(came)).toEqual(expect.arrayContaining(['PATCH 200', 'PATCH 400', 'PATCH 415', 'GET 200']));
  });

  it('to the administrative API, with a key, is answered on purpose, and changes nothing where it is refused', async () => {
    const came = await fuzz(150, adminRequests, adminRequestHolds);
    expect(Object.keys(came)).toEqual(expect.arrayContaining(['200', '400', '404', '415']));
  });

  it('as a file of people is imported whole or refused with lines and columns', async () => {
    const came = await fuzz(80, imports, adminRequestHolds);
    expect(Object.keys(came)).toEqual(expect.arrayContaining(['200', '400']));
  });

  it('to the administrative API without a key leaves nothing behind', async () => {
    expect(Object.keys(await fuzz(80, strangers, strangersRequestHolds))).toEqual(['401']);
  });
});

describe('What watches over it', () => {
  const body = JSON.stringify({ error: { code: 'invalid_body', message: 'The body must be an object.' } });
  it.each([
    ['an answer that is our fault', { statusCode: 500, body }, undefined, 'answered 500'],
    ['a refusal without a reason', { statusCode: 400, body: '{}' }, undefined, 'without a reason'],
    [
      'a refusal that repeats what was sent',
      { statusCode: 400, body: body.replace('body', CANARY) },
      undefined,
      'refusal says',
    ],
    ['a log that repeats what was sent', { statusCode: 200, body }, CANARY, 'log says'],
  ])('sees %s', (_what, answer, logged, message) => {
    const log = createMemoryLog();
    if (logged !== undefined) log.info('x', { name: logged });
    expect(() => judgeAnswer(answer, log)).toThrow(message);
  });
});
