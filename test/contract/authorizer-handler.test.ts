import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RequestUser } from '../../shared/request/request-user.ts';
import { textMatching } from '../support/cloud/matchers.ts';
import { attackTokens } from '../support/clerk/attack-tokens.ts';
import { requestEvent, tokenEvent } from '../support/functions/authorizer-events.ts';
import { startHandlerWorld } from '../support/functions/handler-world.ts';
import type { Container, HandlerWorld, Outcome } from '../support/functions/handler-world.ts';
import { clerkError, json, startServer } from '../unit/clerk/support/http-server.ts';
import { emailJson, userJson } from '../unit/clerk/support/user-json.ts';
import { ISSUER, PARTY } from '../unit/clerk/support/tokens.ts';
import { TOKEN_IN_TEXT } from '../support/clerk/token-in-text.ts';

let world: HandlerWorld;
let container: Container;
let people = 0;

beforeAll(async () => {
  world = await startHandlerWorld();
});
afterAll(async () => {
  try {
    expectNothingLeaked();
  } finally {
    await world?.close();
  }
});
beforeEach(async () => {
  world.table.condition = 'up';
  world.answerAsClerk = (_request, response) => json(response, 404, clerkError('resource_not_found'));
  container = await world.container();
});

const sent: string[] = [];

/** Claims of somebody new, with values that nothing else could print by chance; whoever sends them is looked for at the end. */
function somebody(): Record<string, unknown> {
  people += 1;
  const claims = {
    sub: `user_person${people}`,
    email: `zelda.${people}@secret-mail.example`,
    firstName: `Zeldafirst${people}`,
    lastName: `Zeldalast${people}`,
    imageUrl: `https://secret-img.example/${people}.png`,
    updatedAt: Date.now() - 60_123,
  };
  sent.push(claims.email, claims.firstName, claims.lastName, claims.imageUrl, String(claims.updatedAt));
  return claims;
}

function token(claims: Readonly<Record<string, unknown>>): string {
  const text = world.token(claims);
  sent.push(text, ...text.split('.'));
  return text;
}

/** What happened while `run` ran: calls of the table by operation, calls of Clerk, lines that were printed. */
async function costOf(run: () => Promise<unknown>) {
  const before = {
    calls: world.table.calls.length,
    clerk: world.clerk.requests.length,
    printed: world.printed().length,
  };
  await run();
  const calls = world.table.calls.slice(before.calls);
  const lines = world
    .printed()
    .slice(before.printed)
    .split('\n')
    .filter((line) => line !== '');
  return {
    calls,
    operations: Object.fromEntries(
      [...Map.groupBy(calls, ({ operation }) => operation)].map(([operation, all]) => [operation, all.length]),
    ),
    clerk: world.clerk.requests.length - before.clerk,
    lines,
  };
}

function userOf(outcome: Outcome): RequestUser {
  const context = 'answer' in outcome ? (outcome.answer['context'] as { user?: RequestUser } | undefined) : undefined;
  if (!context?.user) throw new Error(`No user: ${JSON.stringify(outcome)}`);
  return context.user;
}

const FORBIDDEN = { answer: { isAuthorized: false, context: {} } };
const UNAUTHORIZED = { thrown: 'Unauthorized' };

describe('An unchanged user', () => {
  it('costs one eventually consistent GetItem a request: no write, no line, no metric, no call to Clerk', async () => {
    const claims = somebody();
    await container.send(token(claims));
    const again = token(claims);
    const cost = await costOf(async () => {
      for (let request = 0; request < 25; request += 1) userOf(await container.send(token(claims)));
      for (let request = 0; request < 25; request += 1) userOf(await container.send(again));
    });
    expect(cost).toMatchObject({ operations: { GetItem: 50 }, clerk: 0, lines: [] });
    expect(cost.calls.filter(({ input }) => input['ConsistentRead'] === true)).toEqual([]);
  });

  it('costs no more where the token says less than the mirror knows', async () => {
    const claims = somebody();
    await container.send(token(claims));
    const { sub, email } = claims;
    const bare = { firstName: undefined, lastName: undefined, imageUrl: undefined, updatedAt: undefined };
    const cost = await costOf(() => container.send(token({ ...bare, sub, email })));
    expect(cost).toMatchObject({ operations: { GetItem: 1 }, clerk: 0, lines: [] });
  });
});

describe('Parallel first requests of one user', () => {
  const inClerk = (id: unknown, email: unknown) =>
    userJson({ id, primary_email_address_id: 'idn_1', email_addresses: [emailJson({ email_address: email })] });

  it.each([
    ['from claims', {}, 'allow'],
    ['from Clerk', { email: undefined }, 'allow'],
    ['from what there is, since Clerk does not answer', { email: undefined }, 'silent'],
  ] as const)('in eight containers end in one record, and all succeed: %s', async (_how, own, clerk) => {
    const claims = somebody();
    world.answerAsClerk = (_request, response) => {
      if (clerk === 'allow') json(response, 200, inClerk(claims['sub'], claims['email']));
    };
    // One request at a time in each, as on Lambda; each has its connection to the table.
    const containers = await Promise.all(Array.from({ length: 8 }, () => world.container()));
    const other = somebody();
    for (const each of containers) await each.send(token(other));
    const answers = await Promise.all(containers.map((each) => each.send(token({ ...claims, ...own }))));
    const id = String(claims['sub']);
    expect(answers.map(userOf).map((user) => user.id)).toEqual(containers.map(() => id));
    expect(await world.truth.get(id, { consistent: true })).toMatchObject({ changedBy: 'authorizer', revision: 1 });
  });
});

describe('Junk', () => {
  it('of 10,000 tokens costs no read of the table, no call to Clerk and a line a second at most', async () => {
    const attacks = attackTokens({ keys: world.keys, issuer: ISSUER, party: PARTY, kid: 'ins_key1' });
    const startedAt = performance.now();
    const cost = await costOf(async () => {
      for (let n = 0; n < 10_000; n += 1) {
        const attack = attacks[n % attacks.length]!;
        sent.push(attack.token.slice(0, 4_000));
        expect(await container.send(attack.token)).toEqual(UNAUTHORIZED);
      }
    });
    const seconds = (performance.now() - startedAt) / 1_000;
    expect(cost).toMatchObject({ operations: {}, clerk: 0 });
    expect(cost.lines.length).toBeGreaterThan(0);
    expect(cost.lines.length).toBeLessThanOrEqual(Math.ceil(seconds) + 1);
    for (const line of cost.lines) expect(JSON.parse(line)).toMatchObject({ Stack: 'Sync/contract' });
  });

  it('is counted, every piece of it, by the invocations that come after', async () => {
    const junk = Array.from({ length: 40 }, (_, n) => `junk${n}`);
    const cost = await costOf(async () => {
      for (const text of junk) await container.send(text);
      await new Promise((resolve) => setTimeout(resolve, 1_050));
      await container.send(token(somebody()));
    });
    const counted = cost.lines.map((line) => (JSON.parse(line) as { AuthDenied?: number }).AuthDenied ?? 0);
    expect(counted.reduce((sum, count) => sum + count, 0)).toBe(40);
  });
});

describe('At the edge', () => {
  it('a banned user is refused while her token is good, and nothing is written', async () => {
    const claims = somebody();
    world.answerAsClerk = (_request, response) =>
      json(response, 200, userJson({ id: claims['sub'], banned: true, updated_at: Date.now() - 1_000 }));
    // Without an email in her token Clerk is asked, and says that she is banned.
    expect(await container.send(token({ ...claims, email: undefined }))).toEqual(FORBIDDEN);
    const cost = await costOf(async () => expect(await container.send(token(claims))).toEqual(FORBIDDEN));
    expect(cost.operations).toEqual({ GetItem: 1 });
  });

  it.each([
    ['TOKEN', (text: string) => tokenEvent(`Bearer ${text}`)],
    ['REQUEST', (text: string) => requestEvent({ Authorization: [`Bearer ${text}`] })],
  ])('a REST API is answered by a policy for the stage, asked by %s', async (_type, event) => {
    const outcome = await container.invoke(event(token(somebody())));
    expect(outcome).toMatchObject({
      answer: {
        principalId: `user_person${people}`,
        policyDocument: { Statement: [{ Effect: 'Allow', Resource: textMatching(/prod\/\*$/) }] },
        context: { userId: `user_person${people}`, synced: true },
      },
    });
    expect(await container.invoke(event('junk'))).toEqual(UNAUTHORIZED);
  });
});

describe('A token that was made to live long', () => {
  const days = (count: number) => Math.floor(Date.now() / 1_000) + count * 86_400;

  it('is refused, with a session and without, before anything is read', async () => {
    const templated = await world.container({ CLERK_AUDIENCE: 'orders' });
    const cost = await costOf(async () => {
      expect(await container.send(token({ ...somebody(), exp: days(365) }))).toEqual(UNAUTHORIZED);
      const template = { sid: undefined, sts: undefined, aud: 'orders', exp: days(365) };
      expect(await templated.send(token({ ...somebody(), ...template }))).toEqual(UNAUTHORIZED);
    });
    expect(cost.operations).toEqual({});
  });

  it('is accepted as far as the deployment lets it', async () => {
    const patient = await world.container({ MAX_TOKEN_LIFE: '86400' });
    userOf(await patient.send(token({ ...somebody(), exp: days(1) })));
    expect(await patient.send(token({ ...somebody(), exp: days(2) }))).toEqual(UNAUTHORIZED);
  });
});

describe('A container', () => {
  it.each(['CLERK_JWT_KEYS', 'CLERK_SECRET_KEY'])('does not start with a %s that cannot be used', async (name) => {
    await expect(world.container({ [name]: 'nonsense' })).rejects.toThrow(name);
  });

  it('starts without the secret key where it only verifies', async () => {
    const verifying = await world.container({ AUTHORIZER_VARIANT: 'verify-only', CLERK_SECRET_KEY: 'nonsense' });
    expect(userOf(await verifying.send(token(somebody())))).toMatchObject({ id: `user_person${people}` });
  });

  it('starts while its secret is out of reach, and says so once a try and not once a request', async () => {
    const environment = {
      CLERK_SECRET_ARN: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:clerk-AbCdEf',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: await unusedUrl(),
    };
    const cost = await costOf(async () => {
      const waiting = await world.container(environment);
      for (let request = 0; request < 20; request += 1) {
        expect(await waiting.send(token(somebody()))).toEqual({ thrown: 'Internal error' });
      }
    });
    expect(cost.operations).toEqual({});
    const told = cost.lines.map((line) => JSON.parse(line) as { message?: string; reason?: string });
    expect(told[0]).toMatchObject({ message: 'secrets cannot be used', reason: textMatching(/CLERK_SECRET_ARN/) });
    // The first request tells of the same try; a slow machine may have time for another.
    expect(told.length).toBeLessThanOrEqual(3);
  });
});

describe('The variants', () => {
  it('that only verifies reads once and writes nothing', async () => {
    const verifying = await world.container({ AUTHORIZER_VARIANT: 'verify-only' });
    const cost = await costOf(async () => {
      expect(userOf(await verifying.send(token(somebody())))).toMatchObject({ synced: false });
    });
    expect(cost).toMatchObject({ operations: { GetItem: 1 }, clerk: 0, lines: [] });
  });

  it('for public routes lets everybody in, and knows who is signed in', async () => {
    const optional = await world.container({ AUTHORIZER_VARIANT: 'optional', TOKEN_FROM: 'cookie' });
    const nobody = { answer: { isAuthorized: true, context: {} } };
    expect(await optional.send(token(somebody()))).toEqual(nobody);
    expect(await optional.invoke(requestEventWithCookie('junk'))).toMatchObject({ answer: { context: {} } });
    const known = await optional.invoke(requestEventWithCookie(token(somebody())));
    expect(known).toMatchObject({ answer: { context: { userId: `user_person${people}` } } });
  });

  const requestEventWithCookie = (text: string) => requestEvent({ Cookie: [`theme=dark; __session=${text}`] });
});

describe('When the table is not itself', () => {
  const conditions = [
    ['silent', 'silent'],
    ['throttled', 'throttled'],
    ['slow', { lateMs: 5_000 }],
  ] as const;

  it.each(conditions)('%s, the token alone decides within 800 ms, as it is by default', async (_name, condition) => {
    const claims = somebody();
    await container.send(token(claims));
    world.table.condition = condition;
    const startedAt = performance.now();
    const user = userOf(await container.send(token({ ...claims, firstName: 'Zeldaclaimed' })));
    const tookMs = performance.now() - startedAt;
    expect(user).toMatchObject({ id: claims['sub'], firstName: 'Zeldaclaimed', synced: false });
    // The budget, and what a loaded machine adds to it: it is still far from what the table would take.
    expect(tookMs).toBeLessThan(800 + 1_200);
  });

  it.each(conditions)('%s, nobody comes in where the deployment denies', async (_name, condition) => {
    const strict = await world.container({ ON_STORE_FAILURE: 'deny' });
    const claims = somebody();
    await strict.send(token(claims));
    world.table.condition = condition;
    expect(await strict.send(token(claims))).toEqual({ thrown: 'The table cannot be reached' });
  });

  it.each(conditions)('%s, a bad token is refused all the same, without asking it', async (_name, condition) => {
    world.table.condition = condition;
    const cost = await costOf(async () => expect(await container.send('junk')).toEqual(UNAUTHORIZED));
    expect(cost.operations).toEqual({});
  });
});

describe('When Clerk is not itself', () => {
  const answers: readonly (readonly [string, HandlerWorld['answerAsClerk']])[] = [
    ['silent', () => undefined],
    ['failing', (_request, response) => json(response, 500, clerkError('internal'))],
    ['out of quota', (_request, response) => json(response, 429, clerkError('too_many'), { 'retry-after': '10' })],
  ];

  it.each(answers)('%s, no request fails that the token and the table can decide', async (_name, answer) => {
    const claims = somebody();
    await container.send(token(claims));
    world.answerAsClerk = answer;
    // Without `updatedAt` a difference is a question for Clerk.
    const unordered = { ...claims, firstName: 'Zeldaunordered', updatedAt: undefined };
    const cost = await costOf(async () => {
      for (let request = 0; request < 5; request += 1) {
        const user = userOf(await container.send(token(unordered)));
        expect(user).toMatchObject({ firstName: claims['firstName'], synced: true });
      }
    });
    expect(cost).toMatchObject({ operations: { GetItem: 5 }, clerk: 1 });
  });

  it('silent, a container stops asking after a few questions, whoever they are about', async () => {
    world.answerAsClerk = () => undefined;
    const stored = Array.from({ length: 10 }, somebody);
    for (const claims of stored) await container.send(token(claims));
    const cost = await costOf(async () => {
      for (const claims of stored) {
        const user = userOf(await container.send(token({ ...claims, lastName: 'Zeldaother', updatedAt: undefined })));
        expect(user.lastName).toBe(claims['lastName']);
      }
    });
    // Five, but for questions that a loaded machine leaves no time for.
    expect(cost.clerk).toBeLessThan(8);
    expect(cost.lines.map((line) => JSON.parse(line) as unknown)).toContainEqual(
      expect.objectContaining({ level: 'WARN', message: 'Clerk is not asked for a while', pauseMs: 5_000 }),
    );
  });
});

describe('What is printed', () => {
  it('of writes, failures and defects names the user by id alone, and holds no token, email or value of a claim', async () => {
    const claims = somebody();
    const id = String(claims['sub']);
    const cost = await costOf(async () => {
      await container.send(token(claims));
      await container.send(token({ ...claims, lastName: 'Zeldalater', updatedAt: Date.now() - 1_321 }));
      world.table.condition = 'silent';
      await container.send(token({ ...claims, lastName: 'Zeldaunheard' }));
      world.table.condition = 'denied';
      expect(await container.send(token(claims))).toEqual({ thrown: 'Internal error' });
      world.answerAsClerk = (_request, response) => json(response, 200, 'zelda@secret-mail.example is not JSON');
      world.table.condition = 'up';
      await container.send(token({ ...somebody(), email: undefined }));
      await container.send(`${token(claims)}x`);
    });
    expect(cost.lines.join()).toContain(id);
    const levels = cost.lines.map((line) => (JSON.parse(line) as { level?: string }).level);
    expect(levels.filter((level) => level === 'INFO')).toHaveLength(3);
    expect(levels.filter((level) => level === 'ERROR').length).toBeGreaterThan(0);
    expectNothingLeaked();
  });
});

/** Where nobody listens. */
async function unusedUrl(): Promise<string> {
  const server = await startServer(() => undefined);
  await server.close();
  return server.url;
}

/** Looks through everything that was printed since the file began for everything that was sent. */
function expectNothingLeaked(): void {
  const printed = world.printed();
  const markers = ['Zelda', 'zelda', 'secret-mail', 'secret-img'];
  expect([...new Set([...sent, ...markers])].filter((text) => text.length > 3 && printed.includes(text))).toEqual([]);
  expect(printed).not.toMatch(TOKEN_IN_TEXT);
}
