import { acceptedEventsAreKept } from './accepted-events-are-kept.ts';
import { adminIsOnRecord } from './admin-is-on-record.ts';
import { appIsLeftAlone } from './app-is-left-alone.ts';
import { changesAreTold } from './changes-are-told.ts';
import { deletionsWithinTheGuard } from './deletions-within-the-guard.ts';
import { dryRunsWriteNothing } from './dry-runs-write-nothing.ts';
import { failedRunsSaySo } from './failed-runs-say-so.ts';
import type { Invariant } from './invariant.ts';
import { healthTellsTheTruth } from './health-tells-the-truth.ts';
import { keysAreFollowed } from './keys-are-followed.ts';
import { noAdmissionOfRefused } from './no-admission-of-refused.ts';
import { noResurrection } from './no-resurrection.ts';
import { noUnfoundedDeletion } from './no-unfounded-deletion.ts';
import { oneOwnerPerName } from './one-owner-per-name.ts';
import { replaysChangeNothing } from './replays-change-nothing.ts';
import { rosterLinksBothSides } from './roster-links-both-sides.ts';
import { tableEqualsClerk } from './table-equals-clerk.ts';
import { versionsNeverGoBack } from './versions-never-go-back.ts';

/** What must hold in every history: the eleven of the design's section 9, five of its section 4 and one of ADR 18. */
export const INVARIANTS: readonly Invariant[] = [
  tableEqualsClerk,
  versionsNeverGoBack,
  noResurrection,
  oneOwnerPerName,
  noUnfoundedDeletion,
  deletionsWithinTheGuard,
  acceptedEventsAreKept,
  replaysChangeNothing,
  noAdmissionOfRefused,
  failedRunsSaySo,
  appIsLeftAlone,
  dryRunsWriteNothing,
  rosterLinksBothSides,
  changesAreTold,
  keysAreFollowed,
  adminIsOnRecord,
  healthTellsTheTruth,
];
