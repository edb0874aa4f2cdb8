/** What a run is asked to do. */
export type RunRequest =
  | { readonly mode: 'full' }
  /** `run`: the held run whose deletions are approved. */
  | { readonly mode: 'approve'; readonly run: string };

const KNOWN = 'send { "mode": "full" }, or { "mode": "approve", "run": "<id of a held run>" }';

/**
 * Reads the event that a schedule, a function or a person sent.
 * @throws Error that says what the reconciler knows
 */
export function parseRunRequest(event: unknown): RunRequest {
  const mode = memberOf(event, 'mode');
  if (mode === 'full') return { mode };
  if (mode === 'approve') return { mode, run: heldRunOf(event) };
  const given = typeof mode === 'string' ? `the mode "${mode.slice(0, 40)}"` : 'no mode';
  throw new Error(`The event has ${given}, which the reconciler does not know: ${KNOWN}.`);
}

function heldRunOf(event: unknown): string {
  const run = memberOf(event, 'run');
  if (typeof run === 'string' && /^[\w-]{1,100}$/.test(run)) return run;
  throw new Error(`The event approves deletions and does not say of which run: ${KNOWN}.`);
}

function memberOf(event: unknown, name: string): unknown {
  return typeof event === 'object' && event !== null ? new Map(Object.entries(event)).get(name) : undefined;
}
