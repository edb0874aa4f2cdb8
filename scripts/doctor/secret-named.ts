import type { Patient } from './patient.ts';

/** Where a person puts a secret right. */
export function secretNamed({ config: { secrets } }: Patient): string {
  return secrets.kind === 'secret' ? `the secret ${secrets.secretArn}` : "the functions' environment";
}
