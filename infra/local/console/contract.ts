/** What the console's server tells its page: JSON, the same types on both sides. Times are ms since 1970. */

/**
 * How Clerk and the table stand to each other over a user. `same`, `differs`: both have her. `missing`: only Clerk has her.
 * `extra`: only the table has her. `buried`: Clerk has her, and the table a tombstone. `deleted`: a tombstone, and rightly so.
 */
export type Standing = 'same' | 'differs' | 'missing' | 'extra' | 'buried' | 'deleted';

export interface ListedUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly standing: Standing;
  /** Names of the fields that differ. */
  readonly differing: readonly string[];
}

export interface UserList {
  readonly users: readonly ListedUser[];
  /** How many fit the search, those that are not listed included. */
  readonly total: number;
}

export type FieldKind = 'text' | 'time' | 'flag' | 'json';

/** Values as each side has them; absent where that side has no such field. */
export interface FieldView {
  readonly field: string;
  readonly kind: FieldKind;
  readonly clerk?: unknown;
  readonly table?: unknown;
  readonly same: boolean;
  /** What explains a difference that is none. */
  readonly note?: string;
}

/** What the table knows beside what it mirrors. */
export interface RowFacts {
  readonly revision: number;
  readonly changedBy: string;
  readonly updatedAt: string;
  readonly profileAsOf?: number;
  readonly recordAsOf?: number;
  readonly deletedAt?: string;
  readonly erasedAt?: string;
  /** Names that she waits for. */
  readonly conflicts: readonly string[];
}

export interface UserDetail {
  readonly id: string;
  readonly name: string;
  readonly standing: Standing;
  readonly banned: boolean;
  readonly fields: readonly FieldView[];
  readonly inClerk?: { readonly updatedAt: number };
  readonly inTable?: RowFacts;
}

export interface RunView {
  readonly id: string;
  readonly mode: string;
  readonly status: string;
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly approves?: string;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly clerkUsers: number;
  readonly storedUsers: number;
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly restored: number;
  readonly suspects: number;
  /** Users whom it has changed so far, by what is noted in the table. */
  readonly changedSoFar: number;
  /** Why deletions were held, why it failed, was skipped or became a full run. */
  readonly why?: string;
  /** Whether its held deletions can still be approved. */
  readonly canApprove: boolean;
}

/** How long the button holds webhooks back: long enough to be seen, short enough to wait for. */
export const DELAY_MS = 15_000;

/** What is to become of the webhooks that Clerk sends. */
export interface WebhookFaults {
  readonly drop: number;
  readonly delayMs: number;
  /** Messages that wait to be sent. */
  readonly waiting: number;
}

/** A part that does not answer, and what is wrong in words. */
export interface Trouble {
  readonly part: string;
  readonly problem: string;
}

export interface Overview {
  readonly stack: string;
  readonly tableName: string;
  readonly clerkUsers: number;
  readonly tableUsers: number;
  /** Users over whom Clerk and the table differ. */
  readonly differing: number;
  /** Changes with whatever a list or a user's page could show. */
  readonly revision: number;
  readonly webhooks: WebhookFaults;
  readonly schedules: readonly string[];
  readonly runs: readonly RunView[];
  readonly troubles: readonly Trouble[];
}

export type Tone = 'good' | 'bad' | 'warn' | 'quiet';

/** Something that happened, or that was decided, and why. */
export interface StoryLine {
  /** Orders the lines, and is never given again. */
  readonly number: number;
  readonly at: number;
  /** Who says it: a function, Clerk, the table or the bus. */
  readonly who: string;
  readonly tone: Tone;
  readonly what: string;
  readonly why?: string;
  readonly userId?: string;
  readonly userName?: string;
}

export interface AlarmView {
  readonly name: string;
  readonly description: string;
  readonly state: string;
  readonly since: number;
}

/** Sums of one span of time: one number for each series, null where nothing was measured. */
export interface Plot {
  readonly series: readonly string[];
  /** Seconds since 1970, as plots have them. */
  readonly times: readonly number[];
  readonly values: readonly (readonly (number | null)[])[];
}

export interface Plots {
  /** ms from Clerk's change until it was stored, the longest of each span, by path. */
  readonly lag: Plot;
  /** What came of what was heard, counted, by outcome. */
  readonly outcomes: Plot;
  readonly spanSeconds: number;
}

/** What is pushed, by the name of the event. */
export interface Pushed {
  readonly overview: Overview;
  readonly story: readonly StoryLine[];
  readonly alarms: readonly AlarmView[];
  readonly plots: Plots;
}

/** What a button asks for. */
export type Action =
  | { readonly action: 'sign-up'; readonly email: string; readonly firstName: string; readonly lastName: string }
  | { readonly action: 'change'; readonly userId: string; readonly firstName: string; readonly lastName: string }
  | { readonly action: 'ban' | 'unban' | 'delete' | 'visit' | 'break-row'; readonly userId: string }
  | { readonly action: 'webhooks'; readonly mode: 'deliver' | 'delay' | 'drop' }
  | { readonly action: 'deliver-waiting' }
  | { readonly action: 'run'; readonly kind: 'full' | 'incremental' | 'forced' }
  | { readonly action: 'approve'; readonly runId: string };

/** What came of it, in words. */
export interface ActionResult {
  readonly ok: boolean;
  readonly message: string;
  /** Whom it has made. */
  readonly userId?: string;
}
