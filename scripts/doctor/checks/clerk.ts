import type { Check, Finding } from '../finding.ts';
import { failed, ok, skipped, warning } from '../finding.ts';
import type { Patient } from '../patient.ts';
import { secretNamed } from '../secret-named.ts';

/** Whether Clerk can be asked, and whether it is the right one. */
export const CLERK_CHECKS: readonly Check[] = [
  { name: 'secret-key', examine: secretKey },
  { name: 'clerk', examine: clerk },
  { name: 'instance', examine: instance },
];

async function secretKey(patient: Patient): Promise<Finding> {
  const { secretKey: key } = await patient.secrets();
  if (!key.ok) return failed(key.error.message, `Correct the field secretKey of ${secretNamed(patient)}.`);
  const isLive = key.value.startsWith('sk_live_');
  const { stage } = patient.config;
  const kind = isLive ? 'a production key (sk_live_)' : 'a development key (sk_test_)';
  if (patient.place.standIn !== undefined || isLive === (stage === 'production')) return ok(`${kind}, stage ${stage}`);
  return warning(
    `${kind} in the stage ${stage}`,
    isLive
      ? 'Make sure that this stack is meant to mirror your production users; if not, put in an sk_test_ key.'
      : 'Put in the sk_live_ key of your production instance, unless this stack is meant to mirror a development one.',
  );
}

async function clerk(patient: Patient): Promise<Finding> {
  if (!(await patient.secrets()).secretKey.ok) return skipped('the secret key cannot be used');
  return ok(`Clerk accepts the key, which belongs to ${await patient.clerksInstance()}`);
}

async function instance(patient: Patient): Promise<Finding> {
  if (!(await patient.secrets()).secretKey.ok) return skipped('the secret key cannot be used');
  if (!(await patient.table())) return skipped('there is no table');
  const [clerks, ours] = [await patient.clerksInstance(), await patient.instance.get()];
  if (ours === undefined) {
    return warning(
      'the table belongs to no instance yet',
      'Make a full run, which claims the table: `npm run sync`, or the schedule `full`.',
    );
  }
  if (clerks === ours) return ok(`key and table belong to ${ours}`);
  return failed(
    `the secret key belongs to ${clerks}, and the table mirrors ${ours}`,
    `Put the secret key of ${ours} into ${secretNamed(patient)}, or use another table for ${clerks}. Runs and webhooks of the ` +
      'wrong instance are refused.',
  );
}
