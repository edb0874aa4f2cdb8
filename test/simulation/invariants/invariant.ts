import type { JsonObject } from '../../../shared/domain/json.ts';
import type { RunSummary } from '../../../shared/sync/reconcile/summary.ts';
import type { StoredUser } from '../../../shared/domain/user.ts';
import type { DeletionGuard } from '../../../shared/sync/reconcile/guard.ts';
import type { People } from '../world/people.ts';
import type { Message } from '../world/svix.ts';
import type { SimulatedTable, Transition } from '../world/table.ts';

/** A request that was let in. */
export interface Admission {
  readonly userId: string;
  /** True time at which the request arrived, ms. */
  readonly startedAt: number;
  /** What the function says: whether the mirror stands behind the user. */
  readonly isSynced: boolean;
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
  /** Whether an administrator has asked to erase the user although Clerk has her. */
  readonly isErasable: (id: string) => boolean;
  /** Whether the personal values of the user have been erased. */
  readonly isErased: (id: string) => boolean;
}

/** What an invariant is told of while a history plays. */
export interface Watch {
  /** After every write, also one of which its writer never hears. */
  readonly written?: (transition: Transition) => void;
  /** After every webhook that was answered with 200. */
  readonly accepted?: (message: Message, outcome: string) => void | Promise<void>;
  readonly admitted?: (admission: Admission) => void;
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
