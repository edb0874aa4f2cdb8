import { asNumber, asRecord } from '../../cloud/json.ts';
import type { ActionResult } from '../contract.ts';
import { DELAY_MS } from '../contract.ts';
import type { ConsolePlace } from '../place.ts';
import { call, look, Unreachable } from '../sources/call.ts';

const MODES = {
  deliver: { drop: 0, delayMs: 0, message: 'Webhooks are delivered at once.' },
  delay: { drop: 0, delayMs: DELAY_MS, message: `Webhooks are held back for ${DELAY_MS / 1_000} s.` },
  drop: { drop: 1, delayMs: 0, message: 'Webhooks are lost from now on: only a request or a run brings changes.' },
};

/** Leaves all other faults as they are. */
export async function setWebhooks(mode: keyof typeof MODES, { clerk }: ConsolePlace): Promise<ActionResult> {
  const { message, ...wanted } = MODES[mode];
  const url = `${clerk}/__local/faults`;
  const faults = asRecord(await look('Clerk', url));
  const body = { ...faults, webhooks: { ...asRecord(faults['webhooks']), ...wanted } };
  const { status } = await call({ part: 'Clerk', url, method: 'PUT', body });
  if (status !== 200) throw new Unreachable('Clerk', `answers ${status}`);
  return { ok: true, message };
}

export async function deliverWaiting({ clerk }: ConsolePlace): Promise<ActionResult> {
  const url = `${clerk}/__local/webhooks/flush`;
  const { body } = await call({ part: 'Clerk', url, method: 'POST', timeoutMs: 30_000 });
  const { delivered, failed } = asRecord(body);
  const lost = asNumber(failed) ?? 0;
  return {
    ok: lost === 0,
    message: `${asNumber(delivered) ?? 0} delivered${lost > 0 ? `, ${lost} not accepted` : ''}.`,
  };
}
