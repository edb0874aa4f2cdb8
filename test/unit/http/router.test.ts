import { describe, expect, it } from 'vitest';
import { routed } from '../../../functions/http/router.ts';
import { jsonAnswer } from '../../../functions/middleware/answer.ts';

const route = routed({
  'GET /apples': () => Promise.resolve(jsonAnswer(200, { fruit: 'apple' })),
  'GET /apples/{id}': () => Promise.resolve(jsonAnswer(200, { fruit: 'one' })),
});

describe('A route', () => {
  it('is chosen by its key, as the template has it', async () => {
    expect((await route({ routeKey: 'GET /apples/{id}' })).body).toBe('{"fruit":"one"}');
  });

  it.each(['POST /apples', 'get /apples', '$default', 'toString', '__proto__'])(
    'that nobody has, %s, is answered 404',
    async (routeKey) => {
      const answer = await route({ routeKey });
      expect(answer.statusCode).toBe(404);
      expect(JSON.parse(answer.body ?? '')).toMatchObject({ error: { code: 'route_not_found' } });
    },
  );

  it('fails as its handler does', async () => {
    const failing = routed({ 'GET /x': () => Promise.reject(new Error('broken')) });
    await expect(failing({ routeKey: 'GET /x' })).rejects.toThrow('broken');
  });
});
