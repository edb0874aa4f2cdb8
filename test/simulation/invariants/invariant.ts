import type { ChangeEvent } from '../../../shared/domain/change-event.ts';
import type { JsonObject } from '../../../shared/domain/json.ts';
import type { RunSummary } from '../../../shared/sync/reconcile/summary.ts';
import type { StoredUser } from '../../../shared/domain/user.ts';
import type { DeletionGuard } from '../../../shared/sync/reconcile/guard.ts';
import type { People } from '../world/people.ts';
import type { Message } from '../world/svix.ts';
import type { SimulatedTable, Transition } from '../world/table.ts';
import type { Term } from '../world/vault.ts';

/** A request that was let in. */
export interface Admission {
  readonly userId: string;
  /** When whoever let her in may have looked at the earliest, ms of true time. */
  readonly since: number;
  /** What the function says: whether the mirror stands behind the user. */
  readonly isSynced: boolean;
}

/** A webhook that was answered with 200. */
export interface Acceptance {
  readonly message: Message;
  readonly outcome: string;
  /** True time at which the attempt arrived, ms. */
  readonly startedAt: number;
}

/** A token or a webhook, once it is known what came of its signature. */
export interface Signed {
  readonly what: 'token' | 'webhook';
  /** True time at which it arrived, ms. */
  readonly startedAt: number;
  /** When the key that it was signed with was one of ours. */
  readonly terms: readonly Term[];
  readonly isAccepted: boolean;
}

/** An administrator's request that was answered. */
export interface Administered {
  /** The route. */
  readonly action: string;
  /** The invocation. */
  readonly party: string;
  readonly status: number;
}

/** An answer of health. */
export interface HealthTold {
  readonly route: string;
  readonly status: number;
  readonly body: { readonly status?: string; readonly clerk_users?: number | null };
  /** Whether all faults have ended, and a full run has come to its end. */
  readonly isAtRest: boolean;
}

/** A run from its first invocation to its end. */
export interface EndedRun {
  readonly event: { readonly mode: string; readonly dryRun?: boolean };
  readonly summary: RunSummary;
  /** True time, ms. */
  readonly startedAt: number;
  /** Whom Clerk's answers have shown to it. */
  readonly shown: ReadonlySet<string>;
  /** The watermark when Clerk first answered it, ms of Clerk's `updated_at`. */
  readonly watermark: number;
  /** Users that it has written. */
  readonly written: number;
}

/** The world as an invariant sees it: the truth of both sides. */
export interface Truth {
  readonly now: () => number;
  readonly people: People;
  readonly table: SimulatedTable;
  readonly guard: DeletionGuard;
  /** When Clerk last answered that it has no such user, ms. */
  readonly absentAt: (id: string) => number | undefined;
  /** Whether a message that Clerk has signed says that the user is deleted. */
  readonly isDeletionAnnounced: (id: string) => boolean;
  /** What the run was asked for. */
  readonly modeOf: (runId: string | undefined) => string | undefined;
  /** What the application has written to the user, or what she has inherited: nobody else may change it. */
  readonly app: Map<string, JsonObject>;
  /** Whether the run was asked to doubt what the table says: ADR 16. */
  readonly isThorough: (runId: string | undefined) => boolean;
  /** How many syncs of requests and webhooks have failed since, ms. */
  readonly failedSince: (time: number) => number;
  /** What the bus has heard, repetitions included. */
  readonly told: () => readonly ChangeEvent[];
  /** Whether an administrator has asked to erase the user although Clerk has her. */
  readonly isErasable: (id: string) => boolean;
  /** Whether the personal values of the user have been erased. */
  readonly isErased: (id: string) => boolean;
}

/** What an invariant is told of while a history plays. */
export interface Watch {
  /** After every write, also one of which its writer never hears. */
  readonly written?: (transition: Transition, party: string | undefined) => void;
  /** After every webhook that was answered with 200. */
  readonly accepted?: (acceptance: Acceptance) => void | Promise<void>;
  readonly admitted?: (admission: Admission) => void;
  /** After every signature that was accepted, or refused for itself. */
  readonly signed?: (signed: Signed) => void;
  readonly administered?: (request: Administered) => void;
  readonly healthTold?: (told: HealthTold) => void;
  readonly runEnded?: (run: EndedRun) => void | Promise<void>;
  /** All faults have ended and a full run has come to its end. */
  readonly atRest?: () => void | Promise<void>;
  /** Every accepted message has been sent once more. `before`: the table as it was. */
  readonly replayed?: (before: readonly StoredUser[]) => void;
}

export type Break = (detail: string) => void;

/** A promise of the design, section 9, and how to see that it is broken. */
export interface Invariant {
  /** The design's number. */
  readonly number: number;
  readonly name: string;
  readonly promise: string;
  /** @param isBroken to be told, in words that hold no value of a field */
  readonly watch: (truth: Truth, isBroken: Break) => Watch;
}
