import { apiUrl, ask } from '../api.ts';
import type { Check, Finding } from '../finding.ts';
import { failed, ok, skipped } from '../finding.ts';
import type { Patient } from '../patient.ts';

/** Whether requests are answered, and how syncs go by what was measured. */
export const API_CHECKS: readonly Check[] = [
  { name: 'api', examine: api },
  { name: 'health', examine: health },
];

/** Nobody is signed in: the gateway itself says so, or the authorizer. */
async function api(patient: Patient): Promise<Finding> {
  const url = apiUrl(patient, '/whoami');
  const { status } = await ask(url);
  if (status === 401) return ok(`${url} asks who is there`);
  return failed(
    `${url} answered ${status} to somebody who is not signed in, and not 401`,
    status >= 500
      ? 'The log of the authorizer says why.'
      : 'This is another API, or a route was changed: give the address where it is reached with --api URL.',
  );
}

async function health(patient: Patient): Promise<Finding> {
  const url = apiUrl(patient, '/health');
  const { status, body } = await ask(url);
  if (status === 404) return skipped('the health routes are off, as they are by default (prop health)');
  if (body['status'] === 'ok') return ok(`${url} says that syncs succeed`);
  if (body['status'] === 'unknown') {
    return failed(`${url} cannot say how syncs go`, "The health function's log says why CloudWatch cannot be read.");
  }
  return failed(
    `${url} answered ${status}${body['status'] === 'error' ? ': syncs fail' : ''}`,
    'See “Syncs fail” in docs/runbook.md.',
  );
}
