/** From where on somebody is called. */
export interface AlarmThresholds {
  /** Share of syncs that fail within 15 minutes, percent. */
  readonly syncFailurePercent: number;
  /** Fewer attempts than this within 15 minutes say nothing about a share. */
  readonly leastAttempts: number;
  /** Share of webhook events that fail within an hour, percent. */
  readonly webhookFailurePercent: number;
  /** Fewer failed events than this within an hour are left to Svix, which sends them again. */
  readonly leastFailedEvents: number;
  /** Users by which Clerk's count and the table's differed when a run compared them. */
  readonly countDiscrepancy: number;
  /** Users fetched from Clerk by requests within an hour, because the mirror had none. */
  readonly autoSyncs: number;
  /** Hours without a full run that came to its end, 1 to 168. */
  readonly fullRunHours: number;
  /** From Clerk's change to the table by webhook, the slowest of a hundred, seconds. */
  readonly lagSeconds: number;
  /** Share of requests that the API answers with 5xx, percent. */
  readonly apiFailurePercent: number;
  /** Time that the authorizer takes, the slowest of a hundred requests, ms. */
  readonly authorizerMs: number;
  /** How far the functions behind the table's stream may be behind, minutes. */
  readonly streamAgeMinutes: number;
}

export const ALARM_THRESHOLDS: AlarmThresholds = {
  syncFailurePercent: 5,
  leastAttempts: 20,
  webhookFailurePercent: 5,
  leastFailedEvents: 3,
  countDiscrepancy: 10,
  autoSyncs: 50,
  fullRunHours: 26,
  lagSeconds: 60,
  apiFailurePercent: 5,
  authorizerMs: 500,
  streamAgeMinutes: 10,
};
