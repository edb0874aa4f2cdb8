import type { Patient } from './patient.ts';

/** What a check has found. `fix` says what to do; a warning is no reason to fail, and neither is what could not be looked at. */
export interface Finding {
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly detail: string;
  readonly fix: string;
}

export interface Check {
  readonly name: string;
  /** May throw: that is a failed check. */
  readonly examine: (patient: Patient) => Promise<Finding> | Finding;
}

export function ok(detail: string): Finding {
  return { status: 'ok', detail, fix: '' };
}

export function warning(detail: string, fix: string): Finding {
  return { status: 'warning', detail, fix };
}

export function failed(detail: string, fix: string): Finding {
  return { status: 'failed', detail, fix };
}

/** @param why what stood in the way, to follow "not checked: " */
export function skipped(why: string, fix = ''): Finding {
  return { status: 'skipped', detail: `not checked: ${why}`, fix };
}
