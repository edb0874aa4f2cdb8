import type { Check } from '../finding.ts';
import { API_CHECKS } from './api.ts';
import { CLERK_CHECKS } from './clerk.ts';
import { RUN_CHECKS } from './runs.ts';
import { TABLE_CHECKS } from './table.ts';
import { TOKEN_CHECKS } from './tokens.ts';
import { WATCH_CHECKS } from './watch.ts';
import { WEBHOOK_CHECKS } from './webhook.ts';

/** Every check, in the order in which a deployment is set up. */
export const CHECKS: readonly Check[] = [
  ...CLERK_CHECKS,
  ...TOKEN_CHECKS,
  ...WEBHOOK_CHECKS,
  ...TABLE_CHECKS,
  ...RUN_CHECKS,
  ...WATCH_CHECKS,
  ...API_CHECKS,
];
