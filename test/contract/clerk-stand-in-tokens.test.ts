import { verifyToken } from '@clerk/backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStandIn } from '../support/clerk/stand-in.ts';
import type { StandInUnderTest } from '../support/clerk/stand-in.ts';

let standIn: StandInUnderTest;

beforeAll(async () => {
  standIn = await startStandIn();
});

afterAll(() => standIn[Symbol.asyncDispose]());

async function mint(body: object): Promise<string> {
  const reply = await standIn.control('POST', '/tokens', body);
  if (reply.status !== 200) throw new Error(`No token: ${reply.message}`);
  return (reply.body as { token: string }).token;
}

function decode(token: string, part: 0 | 1): Record<string, unknown> {
  const text = Buffer.from(token.split('.')[part] ?? '', 'base64url').toString('utf8');
  return JSON.parse(text) as Record<string, unknown>;
}

describe('session tokens', () => {
  it("are verified by Clerk's own verifyToken with the public key", async () => {
    const user = await standIn.client.users.createUser({
      emailAddress: ['token@example.com'],
      firstName: 'Terry',
      lastName: 'Tester',
    });
    const token = await mint({ userId: user.id });
    const claims = await verifyToken(token, {
      jwtKey: standIn.clerk.jwtPublicKey,
      authorizedParties: [standIn.clerk.authorizedParty],
    });
    expect(claims).toMatchObject({
      sub: user.id,
      iss: 'https://sync-local.clerk.accounts.dev',
      azp: 'http://localhost:5173',
      sts: 'active',
      v: 2,
      email: 'token@example.com',
      emailVerified: true,
      firstName: 'Terry',
      lastName: 'Tester',
      imageUrl: user.imageUrl,
      updatedAt: user.updatedAt,
    });
    expect(claims.sid).toMatch(/^sess_/);
    expect(claims.exp - claims.iat).toBe(60);
    expect(claims.iat - claims.nbf).toBe(10);
  });

  it('are verified with the key set of the Backend API too', async () => {
    const token = await mint({ userId: 'user_any' });
    const claims = await verifyToken(token, { secretKey: standIn.clerk.secretKey, apiUrl: standIn.clerk.url });
    expect(claims.sub).toBe('user_any');
  });

  it('name their type, their key and their category in the header', async () => {
    const header = decode(await mint({ userId: 'user_any' }), 0);
    expect(header).toMatchObject({ alg: 'RS256', typ: 'JWT', kid: standIn.clerk.kid });
    expect(header['cat']).toMatch(/^cl_/);
  });

  it('carry claims that are replaced, null or left out as asked', async () => {
    const { id } = await standIn.client.users.createUser({ firstName: 'Given', lastName: 'Family' });
    const claims = decode(
      await mint({
        userId: id,
        claims: {
          firstName: 'Other',
          lastName: null,
          imageUrl: '__absent',
          azp: '__absent',
          sts: 'pending',
          extra: [1],
        },
      }),
      1,
    );
    expect(claims).toMatchObject({ firstName: 'Other', lastName: null, sts: 'pending', extra: [1], email: null });
    expect(claims).not.toHaveProperty('imageUrl');
    expect(claims).not.toHaveProperty('azp');
  });

  it('tell the user as of now', async () => {
    const { id } = await standIn.client.users.createUser({ firstName: 'Before' });
    const changed = await standIn.client.users.updateUser(id, { firstName: 'After' });
    const claims = decode(await mint({ userId: id }), 1);
    expect(claims).toMatchObject({ firstName: 'After', updatedAt: changed.updatedAt });
  });

  it('tell what was last known of a deleted user, and nulls of one never known', async () => {
    const user = await standIn.client.users.createUser({ emailAddress: ['leaving@example.com'] });
    await standIn.client.users.deleteUser(user.id);
    const claims = decode(await mint({ userId: user.id }), 1);
    expect(claims).toMatchObject({ sub: user.id, email: 'leaving@example.com', updatedAt: user.updatedAt });
    const unknown = decode(await mint({ userId: 'user_never' }), 1);
    expect(unknown).toMatchObject({ sub: 'user_never', email: null, imageUrl: null, updatedAt: null });
  });

  it('keep to the wall clock wherever the local clock was moved to', async () => {
    standIn.clock.advance(24 * 60 * 60 * 1000);
    const { iat } = decode(await mint({ userId: 'user_any' }), 1);
    expect(Math.abs(Number(iat) - Date.now() / 1000)).toBeLessThan(5);
  });

  it('expire when asked to', async () => {
    const token = await mint({ userId: 'user_any', expiresInSeconds: -120 });
    await expect(verifyToken(token, { jwtKey: standIn.clerk.jwtPublicKey })).rejects.toThrow(/expired/i);
  });

  it('are refused when signed by a key that nobody published', async () => {
    const token = await mint({ userId: 'user_any', key: 'unknown' });
    expect(decode(token, 0)['kid']).not.toBe(standIn.clerk.kid);
    await expect(verifyToken(token, { jwtKey: standIn.clerk.jwtPublicKey })).rejects.toThrow(/signature/i);
  });

  it.each([
    [{}, 'userId'],
    [{ userId: '' }, 'userId'],
    [{ userId: 'user_any', expiresInSeconds: 'soon' }, 'expiresInSeconds'],
    [{ userId: 'user_any', claims: [] }, 'claims'],
    [{ userId: 'user_any', key: 'mine' }, 'key'],
  ])('are not minted for %j', async (body, field) => {
    const { status, message } = await standIn.control('POST', '/tokens', body);
    expect(status).toBe(400);
    expect(message).toContain(`"${field}"`);
  });
});
