import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { SeededRandom } from './random.ts';

/** Who this Clerk instance is: its ids, its keys and its secrets. */
export interface InstanceIdentity {
  readonly instanceId: string;
  readonly secretKey: string;
  readonly kid: string;
  /** PEM, PKCS 8. */
  readonly jwtPrivateKey: string;
  /** PEM, SPKI. */
  readonly jwtPublicKey: string;
  /** One for each webhook endpoint. */
  readonly webhookSecrets: string[];
}

/** Fresh keys and secrets from the system's randomness; the ids come from the seed. */
export function createIdentity(ids: SeededRandom): InstanceIdentity {
  const instanceId = ids.id('ins_');
  return {
    instanceId,
    // The kind of key that has the stand-in's rate limit: by it, a client knows how fast it may call.
    secretKey: `sk_live_${randomBytes(32).toString('base64url')}`,
    kid: instanceId,
    ...generateJwtKeys(),
    webhookSecrets: [generateWebhookSecret()],
  };
}

/** RSA 2048, as Clerk signs session tokens. */
export function generateJwtKeys(): { jwtPrivateKey: string; jwtPublicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return { jwtPrivateKey: privateKey, jwtPublicKey: publicKey };
}

/** The form Svix gives signing secrets: 32 random bytes in base64 behind `whsec_`. */
export function generateWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** Schema `JWKS` of the Backend API with the one key of this instance. */
export function publicKeySet(identity: InstanceIdentity): { keys: object[] } {
  const { n, e } = createPublicKey(identity.jwtPublicKey).export({ format: 'jwk' });
  return { keys: [{ use: 'sig', kty: 'RSA', kid: identity.kid, alg: 'RS256', n, e }] };
}
