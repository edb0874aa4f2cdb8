/** Our token verifier and nothing else, to measure what the token alone costs. */
import { createTokenVerifier } from '../../../shared/adapters/clerk/token-verifier.ts';
import { systemClock } from '../../../shared/adapters/system/clock.ts';
import { ENVIRONMENT } from '../../../shared/names/environment.ts';

const keys = [process.env[ENVIRONMENT.jwtKeys]!];
const verifier = createTokenVerifier({
  keys: { current: () => Promise.resolve(keys), reread: () => Promise.resolve(keys) },
  issuer: process.env[ENVIRONMENT.issuer]!,
  authorizedParties: process.env[ENVIRONMENT.authorizedParties]!.split(','),
  missingAzp: 'deny',
  clock: systemClock,
});

export async function handler({ headers }: { headers: Record<string, string> }): Promise<{ isAuthorized: boolean }> {
  const { ok } = await verifier.verify(headers['authorization']?.slice('Bearer '.length) ?? '');
  return { isAuthorized: ok };
}
