import { randomBytes } from 'node:crypto';
import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import { generateKeys, ISSUER, PARTY, payload, signToken } from '../unit/clerk/support/tokens.ts';
import type { KeyPair } from '../unit/clerk/support/tokens.ts';
import type { BenchUser } from './user.ts';

/** A Clerk instance as far as tokens and webhooks go: its keys, and session tokens signed with them. */
export interface Issuer {
  readonly issuer: string;
  readonly instanceId: string;
  readonly authorizedParty: string;
  readonly jwt: KeyPair;
  /** Of somebody else. */
  readonly foreignJwt: KeyPair;
  readonly secretKey: string;
  readonly publishableKey: string;
  /** Signs webhooks. */
  readonly webhookSecret: string;
  /** A session token that says what Clerk has of the user; each call gives another one. */
  token(user: BenchUser, claims?: Readonly<Record<string, unknown>>): string;
}

/** Of the issuer's key, as its tokens name it. */
export const KEY_ID = 'ins_key1';
/** A session's token lives a minute: one that is measured for longer must not expire meanwhile. s */
const LIFETIME = 3_600;

export function createIssuer(): Issuer {
  const jwt = generateKeys();
  let sessions = 0;
  return {
    issuer: ISSUER,
    instanceId: 'ins_bench',
    authorizedParty: PARTY,
    jwt,
    foreignJwt: generateKeys(),
    // Of a production instance: Clerk's package does more for others, such as telemetry.
    secretKey: `sk_live_${randomBytes(24).toString('base64url')}`,
    publishableKey: `pk_live_${Buffer.from(`${new URL(ISSUER).host}$`).toString('base64')}`,
    webhookSecret: `whsec_${randomBytes(32).toString('base64')}`,
    token(user, claims = {}) {
      sessions += 1;
      const { id: sub, email, firstName, lastName, imageUrl, updatedAt } = user;
      const exp = Math.floor(Date.now() / 1_000) + LIFETIME;
      const own = { sub, email, firstName, lastName, imageUrl, updatedAt, exp, sid: `sess_bench${sessions}` };
      return signToken(jwt, payload({ ...own, ...claims }));
    },
  };
}

/** What API Gateway asks an authorizer with: an HTTP API, payload format 2.0. */
export function authorizerEvent(token: string | undefined): APIGatewayRequestAuthorizerEventV2 {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const domainName = 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com';
  return {
    version: '2.0',
    type: 'REQUEST',
    routeArn: 'arn:aws:execute-api:us-east-1:000000000000:a1b2c3d4e5/$default/GET/orders',
    identitySource: Object.values(authorization),
    routeKey: 'GET /orders',
    rawPath: '/orders',
    rawQueryString: '',
    cookies: [],
    headers: { accept: 'application/json', 'user-agent': 'Mozilla/5.0', host: domainName, ...authorization },
    requestContext: {
      accountId: '000000000000',
      apiId: 'a1b2c3d4e5',
      domainName,
      domainPrefix: 'a1b2c3d4e5',
      http: { method: 'GET', path: '/orders', protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: 'Mozilla/5.0' },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: 'GET /orders',
      stage: '$default',
      time: '25/Nov/2026:12:00:00 +0000',
      timeEpoch: Date.UTC(2026, 10, 25, 12),
    },
  };
}
