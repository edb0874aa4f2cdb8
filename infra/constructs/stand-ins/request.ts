/**
 * Stands in for the global `Request`, which Clerk's package extends as soon as it is loaded, and which loads undici. Only its
 * `authenticateRequest` makes one, and no function of ours calls that: the verifier reads a token, not a request.
 */
export function Request(): never {
  throw new Error('A bundled function has no Request: the stand-ins of infra/constructs/bundle.ts say why.');
}
