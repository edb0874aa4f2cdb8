import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LocalStack } from '../../infra/local/local-stack.ts';
import { startLocalStack } from '../../infra/local/local-stack.ts';
import type { World } from '../../scripts/demo/world.ts';
import { createWorld, signUp } from '../../scripts/demo/world.ts';

let stack: LocalStack;
let world: World;

beforeAll(async () => {
  stack = await startLocalStack({ context: { tokenFrom: 'cookie' } });
  world = createWorld(stack.file);
});
afterAll(() => stack?.close());

const visit = async (path: string, headers: Readonly<Record<string, string>>) => {
  const response = await fetch(`${stack.file.api}${path}`, { headers });
  return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> };
};

it('Where the token is in the session cookie, it is read from there and from nowhere else', async () => {
  const user = await signUp(world, 'cookie@example.com', 'Cookie');
  const token = await world.token(user.id);
  for (const path of ['/whoami', '/users/me']) {
    const cookie = `theme=dark; __session=${token}; other=1`;
    expect(await visit(path, { cookie })).toMatchObject({ status: 200, body: { id: user.id } });
    expect((await visit(path, { authorization: `Bearer ${token}` })).status).toBe(401);
    expect((await visit(path, { cookie: 'theme=dark' })).status).toBe(401);
    expect((await visit(path, { cookie: '__session=junk' })).status).toBe(401);
  }
});
