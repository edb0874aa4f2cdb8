import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultProvider } from '../../infra/constructs/stand-ins/credential-provider-node.ts';
import { Request } from '../../infra/constructs/stand-ins/request.ts';

const NAMES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;

describe('the credentials of a bundled function', () => {
  const before = { ...process.env };
  beforeEach(() => {
    for (const name of NAMES) process.env[name] = `the ${name}`;
  });
  afterEach(() => {
    for (const name of NAMES) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });

  it('are those that Lambda puts into the environment', async () => {
    expect(await defaultProvider()()).toEqual({
      accessKeyId: 'the AWS_ACCESS_KEY_ID',
      secretAccessKey: 'the AWS_SECRET_ACCESS_KEY',
      sessionToken: 'the AWS_SESSION_TOKEN',
    });
  });

  it('may lack a session, as those of a user do', async () => {
    delete process.env['AWS_SESSION_TOKEN'];
    expect(await defaultProvider()()).not.toHaveProperty('sessionToken');
  });

  it.each(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])(
    'without %s are none, and the error says what to set',
    async (name) => {
      process.env[name] = '';
      await expect(defaultProvider()()).rejects.toThrow('set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
    },
  );
});

it('A Request that somebody makes in a bundle after all says why there is none', () => {
  expect(() => void Reflect.construct(Request, ['https://api.example.com'])).toThrow('infra/constructs/bundle.ts');
});
