import { isInSeconds } from '../../../shared/adapters/clerk/milliseconds.ts';
import { decodeToken } from '../../../shared/adapters/clerk/token-format.ts';
import { createTokenVerifier } from '../../../shared/adapters/clerk/token-verifier.ts';
import { PROFILE_FIELDS } from '../../../shared/domain/user.ts';
import type { TokenRefusal, Verification } from '../../../shared/ports/token-verifier.ts';
import type { Check, Finding } from '../finding.ts';
import { failed, ok, skipped } from '../finding.ts';
import { freshToken } from '../fresh-token.ts';
import type { Patient } from '../patient.ts';
import { secretNamed } from '../secret-named.ts';

/** Whether tokens are believed that should be, and say what the mirror needs. */
export const TOKEN_CHECKS: readonly Check[] = [
  { name: 'jwt-keys', examine: jwtKeys },
  { name: 'token', examine: token },
  { name: 'claims', examine: claims },
];

async function jwtKeys(patient: Patient): Promise<Finding> {
  const { jwtKeys: keys } = await patient.secrets();
  if (!keys.ok) return failed(keys.error.message, `Correct the field jwtKeys of ${secretNamed(patient)}.`);
  return ok(keys.value.length === 1 ? 'one public key' : `${keys.value.length} public keys: a rotation is under way`);
}

const BRING_ONE =
  'Bring a fresh session token along with --token: in the browser console of your application, ' +
  '`await Clerk.session.getToken()`. It lives for a minute.';

async function token(patient: Patient): Promise<Finding> {
  const verified = await verify(patient);
  if (typeof verified === 'string') return skipped(verified, BRING_ONE);
  if (verified.verification.ok) return ok('a fresh token is verified, issuer, authorized party and session included');
  const { reason } = verified.verification;
  return failed(`a fresh token is refused: ${reason}`, adviceFor(reason, patient));
}

/** By the project's own verifier, as the authorizer is configured. @returns why not, where there is nothing to verify */
async function verify(patient: Patient): Promise<string | { text: string; verification: Verification }> {
  const { jwtKeys: keys } = await patient.secrets();
  if (!keys.ok) return 'the public keys cannot be used';
  const text = await freshToken(patient);
  if (text === undefined) return 'there is no token to look at';
  const current = (): Promise<readonly string[]> => Promise.resolve(keys.value);
  const verifier = createTokenVerifier({ ...patient.config, keys: { current, reread: current }, clock: patient.clock });
  return { text, verification: await verifier.verify(text) };
}

const SEND_A_SESSION_TOKEN = 'Send a session token (`getToken()` without a template), which lives for a minute';

const ADVICE: Partial<Record<TokenRefusal, (patient: Patient) => string>> = {
  signature: (patient) =>
    `The PEM in jwtKeys is another instance's: put that of ${patient.config.issuer} (Clerk dashboard, API keys) into ` +
    `${secretNamed(patient)}.`,
  issuer: ({ config }) =>
    `Deploy with the issuer that your tokens have (claim iss): this stack believes ${config.issuer} only.`,
  'authorized-party': ({ config }) =>
    `Add your application's origin (claim azp) to authorizedParties, now ${config.authorizedParties.join(', ') || 'none'}; ` +
    'for tokens without azp set missingAzp to allow.',
  expired: () => 'Bring a token that was made within the last minute, and look at the clock of this machine.',
  'not-yet-valid': () => 'Look at the clock of this machine.',
  session: () => `${SEND_A_SESSION_TOKEN}, or set audience to what your template says.`,
  audience: () => `${SEND_A_SESSION_TOKEN}, or set audience to what your tokens say.`,
  lifetime: () => `${SEND_A_SESSION_TOKEN}, or set maxTokenLife.`,
};

function adviceFor(reason: TokenRefusal, patient: Patient): string {
  const advice = ADVICE[reason]?.(patient);
  return advice ?? 'See “401 for everybody” in docs/runbook.md, and docs/authorizer.md for what a token must be.';
}

/** What Clerk's session token template has to say, by field. */
const SHORTCODES = {
  email: '{{user.primary_email_address}}',
  firstName: '{{user.first_name}}',
  lastName: '{{user.last_name}}',
  imageUrl: '{{user.image_url}}',
  updatedAt: '{{user.updated_at}}',
} as const;

async function claims(patient: Patient): Promise<Finding> {
  const verified = await verify(patient);
  if (typeof verified === 'string') return skipped(verified, BRING_ONE);
  if (!verified.verification.ok) return skipped('the token is refused');
  const { snapshot } = verified.verification.token;
  const missing = [
    ...PROFILE_FIELDS.filter((field) => snapshot.claims[field] === undefined),
    ...(snapshot.asOf === undefined ? (['updatedAt'] as const) : []),
  ];
  if (missing.length > 0) return incomplete(missing, patient);
  return ok(`all that the mirror compares; updated_at in ${unitIn(verified.text, patient)}`);
}

function incomplete(missing: readonly (keyof typeof SHORTCODES)[], { config }: Patient): Finding {
  const template = missing.map((field) => [config.claimNames[field] ?? field, SHORTCODES[field]] as const);
  return failed(
    `the session token lacks ${missing.join(', ')}: it carries no order, and each difference costs a call to Clerk`,
    `In Clerk, under Sessions → Customize session token, add ${JSON.stringify(Object.fromEntries(template))}`,
  );
}

/** Examples of Clerk's have seconds, its API ms: the mirror reads either, and asks Clerk about two changes within a second. */
function unitIn(text: string, { config }: Patient): string {
  const decoded = decodeToken(text);
  const payload = decoded.ok ? decoded.payload : {};
  const names = config.claimNames.updatedAt === undefined ? ['updatedAt', 'updated_at'] : [config.claimNames.updatedAt];
  const value = names.map((name) => Number(payload[name])).find((time) => Number.isFinite(time)) ?? Number.NaN;
  return isInSeconds(value) ? 'seconds: two changes within one second are settled by asking Clerk' : 'milliseconds';
}
