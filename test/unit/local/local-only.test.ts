import { describe, expect, it } from 'vitest';
import { whyNotLocal } from '../../../infra/local/http/local-only.ts';

const OWN = { remoteAddress: '127.0.0.1', host: '127.0.0.1:3000' };

describe('a request of this machine is', () => {
  it.each([
    ['by IPv4', {}],
    ['by IPv4 on an IPv6 socket', { remoteAddress: '::ffff:127.0.0.1' }],
    ['by IPv6', { remoteAddress: '::1', host: '[::1]:3000' }],
    ['by another loopback address', { remoteAddress: '127.0.1.1' }],
    ['to localhost', { host: 'localhost:3000' }],
    ['to the standard port', { host: 'localhost' }],
    ['to a name in capitals', { host: 'LOCALHOST:3000' }],
    ['of a page at 127.0.0.1', { origin: 'http://127.0.0.1:3000' }],
    ['of a page at localhost, on another port', { origin: 'http://localhost:5173' }],
    ['of an encrypted page at [::1]', { origin: 'https://[::1]:8443' }],
    ['of a page on the standard port', { origin: 'http://localhost' }],
  ])('one %s', (_, request) => {
    expect(whyNotLocal(requestOf({ ...OWN, ...request }))).toBeUndefined();
  });
});

describe('a request is refused, with the reason,', () => {
  it.each(['192.0.2.1', '::ffff:192.0.2.1', '10.127.0.1', '2001:db8::1', '::ffff:10.127.0.1', '', undefined])(
    'when it comes from %s',
    (remoteAddress) => {
      const reason = whyNotLocal(requestOf({ ...OWN, remoteAddress }));
      expect(reason).toMatch(/another machine/);
    },
  );

  it.each([
    'rebound.example.com',
    'rebound.example.com:3000',
    'localhost.example.com',
    '127.0.0.1.example.com:3000',
    'example.com:localhost',
    'user@localhost',
    'localhost:3000.example.com',
    'xlocalhost',
    '127.0.0.1x',
    '0.0.0.0:3000',
    '192.0.2.1:3000',
    '',
  ])('when its Host is "%s"', (host) => {
    const reason = whyNotLocal(requestOf({ ...OWN, host }));
    expect(reason).toMatch(/Host header/);
    expect(reason).toMatch(/127\.0\.0\.1.*localhost/);
    expect(reason).toContain(host);
  });

  it('when it has no Host', () => {
    expect(whyNotLocal(requestOf({ ...OWN, host: undefined }))).toMatch(/Host header is missing/);
  });

  it.each([
    'https://example.com',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com:3000',
    'http://localhost@example.com',
    'http://example.com#http://localhost',
    'chrome-extension://localhost',
    'null',
    '',
    'http://localhost, https://example.com',
  ])('when its Origin is "%s"', (origin) => {
    const reason = whyNotLocal(requestOf({ ...OWN, origin }));
    expect(reason).toMatch(/Origin header/);
    expect(reason).toContain(origin);
  });
});

interface Facts {
  readonly remoteAddress: string | undefined;
  readonly host: string | undefined;
  readonly origin?: string;
}

function requestOf({ remoteAddress, ...headers }: Facts): Parameters<typeof whyNotLocal>[0] {
  return { headers, socket: { remoteAddress } };
}
