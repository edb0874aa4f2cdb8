/**
 * What the rule decides, row by row: every kind of stored user who is not deleted, against everything a source can say.
 * `takes` names the groups whose content and version come from the snapshot (`lowest`: at the lowest version); everything
 * else must be left exactly as it was, which each row checks too. `(profile)` and `(record)` stand for all known fields.
 */
import { describe, expect, it } from 'vitest';
import { merge } from '../../../shared/domain/merge.ts';
import type { Profile } from '../../../shared/domain/user.ts';
import { PROFILE_FIELDS } from '../../../shared/domain/user.ts';
import { completeToken, event, partialToken, read, SECOND, storedAfter } from '../../support/domain/builders.ts';
import { decided, expected, parseTable } from '../../support/domain/decision-table.ts';
import { NOW, SNAPSHOTS, STATES } from '../../support/domain/situations.ts';

const NAMES = Object.keys(SNAPSHOTS);

// snapshot | outcome | writes | takes | changed fields; `event …` stands for every event without a row of its own.
const TABLES = {
  none: `
    event …                                              | created   | writes | profile record | (profile) (record)
    read …                                               | created   | writes | profile record | (profile) (record)
    token older, same                                    | created   | writes | profile        | (profile)
    token older, different                               | created   | writes | profile        | (profile)
    token equal, same                                    | created   | writes | profile        | (profile)
    token equal, different                               | created   | writes | profile        | (profile)
    token newer, same                                    | created   | writes | profile        | (profile)
    token newer, different                               | created   | writes | profile        | (profile)
    token newer, a claim is null                         | created   | writes | profile        | email firstName lastName
    token in seconds, stored second, same                | created   | writes | profile        | (profile)
    token in seconds, stored second, different           | created   | writes | profile        | (profile)
    token in seconds, next second, different             | created   | writes | profile        | (profile)
    token 5 min ahead, different                         | created   | writes | profile        | (profile)
    token further ahead, same                            | created   | writes | profile, lowest | (profile)
    token further ahead, different                       | created   | writes | profile, lowest | (profile)
    token partial and newer, same                        | created   | writes | profile, lowest | email
    token partial and newer, different                   | created   | writes | profile, lowest | email
    token partial, a claim is null                       | created   | writes | profile, lowest | -
    token without claims                                 | created   | writes | profile, lowest | -
    token without updated_at, same                       | created   | writes | profile, lowest | (profile)
    token without updated_at, different                  | created   | writes | profile, lowest | (profile)
    deletion …                                           | deleted   | writes | -              | deletedAt`,

  'created from a token without order': `
    event older, same                                    | updated   | writes | profile record | (record)
    event older, different                               | updated   | writes | profile record | firstName (record)
    event older by 1 ms, different                       | updated   | writes | profile record | firstName (record)
    event cut to the second, same                        | updated   | writes | profile record | (record)
    event cut to the second, different                   | updated   | writes | profile record | firstName (record)
    event equal, same, seen again later                  | updated   | writes | profile record | (record)
    event equal, same but for locked                     | updated   | writes | profile record | (record)
    event equal, different, seen 5 s later               | updated   | writes | profile record | firstName (record)
    event equal, only banned differs, seen 5 s later     | updated   | writes | profile record | (record)
    event equal, different, seen 4.999 s later           | updated   | writes | profile record | firstName (record)
    event equal, only banned differs, seen 4.999 s later | updated   | writes | profile record | (record)
    event equal, different, seen at once                 | updated   | writes | profile record | firstName (record)
    event equal, different, seen 4.999 s earlier         | updated   | writes | profile record | firstName (record)
    event equal, different, seen 5 s earlier             | updated   | writes | profile record | firstName (record)
    event newer by 1 ms, different                       | updated   | writes | profile record | firstName (record)
    event newer, same                                    | updated   | writes | profile record | (record)
    event newer, only the name differs                   | updated   | writes | profile record | firstName (record)
    event newer, different                               | updated   | writes | profile record | firstName (record)
    read older, same                                     | updated   | writes | profile record | (record)
    read older, different                                | updated   | writes | profile record | firstName (record)
    read cut to the second, different                    | updated   | writes | profile record | firstName (record)
    read equal, same                                     | updated   | writes | profile record | (record)
    read equal, different, seen 5 s later                | updated   | writes | profile record | firstName (record)
    read equal, different, seen 4.999 s later            | updated   | writes | profile record | firstName (record)
    read equal, different, seen 4.999 s earlier          | updated   | writes | profile record | firstName (record)
    read equal, different, seen 5 s earlier              | updated   | writes | profile record | firstName (record)
    read newer, different                                | updated   | writes | profile record | firstName (record)
    read for a request, long after the deletion          | updated   | writes | profile record | (record)
    read by a run, before the deletion                   | updated   | writes | profile record | (record)
    read by a run, 5 min after the deletion              | updated   | writes | profile record | (record)
    read by a run, 1 ms later                            | updated   | writes | profile record | firstName (record)
    read by a run, older content, long after             | updated   | writes | profile record | (record)
    read by an admin, 5 min after the deletion           | updated   | writes | profile record | (record)
    read by an admin, 1 ms later                         | updated   | writes | profile record | firstName (record)
    token older, same                                    | updated   | writes | profile        | -
    token older, different                               | updated   | writes | profile        | firstName
    token equal, same                                    | updated   | writes | profile        | -
    token equal, different                               | updated   | writes | profile        | firstName
    token newer, same                                    | updated   | writes | profile        | -
    token newer, different                               | updated   | writes | profile        | firstName
    token newer, a claim is null                         | updated   | writes | profile        | imageUrl
    token in seconds, stored second, same                | updated   | writes | profile        | -
    token in seconds, stored second, different           | updated   | writes | profile        | firstName
    token in seconds, next second, different             | updated   | writes | profile        | firstName
    token 5 min ahead, different                         | updated   | writes | profile        | firstName
    token further ahead, same                            | unchanged | -      | -              | -
    token further ahead, different                       | ask       | -      | -              | -
    token partial and newer, same                        | unchanged | -      | -              | -
    token partial and newer, different                   | ask       | -      | -              | -
    token partial, a claim is null                       | ask       | -      | -              | -
    token without claims                                 | unchanged | -      | -              | -
    token without updated_at, same                       | unchanged | -      | -              | -
    token without updated_at, different                  | ask       | -      | -              | -
    deletion …                                           | deleted   | writes | -              | deletedAt`,

  'created from a complete token': `
    event older, same                                    | updated   | writes | record         | (record)
    event older, different                               | updated   | writes | record         | (record)
    event older by 1 ms, different                       | updated   | writes | record         | (record)
    event cut to the second, same                        | updated   | writes | record         | (record)
    event cut to the second, different                   | ask       | -      | -              | -
    event equal, same, seen again later                  | updated   | writes | record         | (record)
    event equal, same but for locked                     | updated   | writes | record         | (record)
    event equal, different, seen 5 s later               | ask       | -      | -              | -
    event equal, only banned differs, seen 5 s later     | updated   | writes | record         | (record)
    event equal, different, seen 4.999 s later           | ask       | -      | -              | -
    event equal, only banned differs, seen 4.999 s later | updated   | writes | record         | (record)
    event equal, different, seen at once                 | ask       | -      | -              | -
    event equal, different, seen 4.999 s earlier         | ask       | -      | -              | -
    event equal, different, seen 5 s earlier             | ask       | -      | -              | -
    event newer by 1 ms, different                       | updated   | writes | profile record | firstName (record)
    event newer, same                                    | updated   | writes | profile record | (record)
    event newer, only the name differs                   | updated   | writes | profile record | firstName (record)
    event newer, different                               | updated   | writes | profile record | firstName (record)
    read older, same                                     | updated   | writes | record         | (record)
    read older, different                                | updated   | writes | record         | (record)
    read cut to the second, different                    | updated   | writes | record         | (record)
    read equal, same                                     | updated   | writes | record         | (record)
    read equal, different, seen 5 s later                | updated   | writes | profile record | firstName (record)
    read equal, different, seen 4.999 s later            | updated   | writes | profile record | firstName (record)
    read equal, different, seen 4.999 s earlier          | updated   | writes | profile record | firstName (record)
    read equal, different, seen 5 s earlier              | updated   | writes | profile record | firstName (record)
    read newer, different                                | updated   | writes | profile record | firstName (record)
    read for a request, long after the deletion          | updated   | writes | record         | (record)
    read by a run, before the deletion                   | updated   | writes | record         | (record)
    read by a run, 5 min after the deletion              | updated   | writes | record         | (record)
    read by a run, 1 ms later                            | updated   | writes | profile record | firstName (record)
    read by a run, older content, long after             | updated   | writes | record         | (record)
    read by an admin, 5 min after the deletion           | updated   | writes | record         | (record)
    read by an admin, 1 ms later                         | updated   | writes | profile record | firstName (record)
    token older, same                                    | unchanged | -      | -              | -
    token older, different                               | stale     | -      | -              | -
    token equal, same                                    | unchanged | -      | -              | -
    token equal, different                               | ask       | -      | -              | -
    token newer, same                                    | updated   | writes | profile        | -
    token newer, different                               | updated   | writes | profile        | firstName
    token newer, a claim is null                         | updated   | writes | profile        | imageUrl
    token in seconds, stored second, same                | unchanged | -      | -              | -
    token in seconds, stored second, different           | ask       | -      | -              | -
    token in seconds, next second, different             | updated   | writes | profile        | firstName
    token 5 min ahead, different                         | updated   | writes | profile        | firstName
    token further ahead, same                            | unchanged | -      | -              | -
    token further ahead, different                       | ask       | -      | -              | -
    token partial and newer, same                        | unchanged | -      | -              | -
    token partial and newer, different                   | ask       | -      | -              | -
    token partial, a claim is null                       | ask       | -      | -              | -
    token without claims                                 | unchanged | -      | -              | -
    token without updated_at, same                       | unchanged | -      | -              | -
    token without updated_at, different                  | ask       | -      | -              | -
    deletion …                                           | deleted   | writes | -              | deletedAt`,

  'created from a complete token in seconds': `
    event older, same                                    | updated   | writes | record         | (record)
    event older, different                               | updated   | writes | record         | (record)
    event older by 1 ms, different                       | ask       | -      | -              | -
    event cut to the second, same                        | updated   | writes | record         | (record)
    event cut to the second, different                   | ask       | -      | -              | -
    event equal, same, seen again later                  | updated   | writes | profile record | (record)
    event equal, same but for locked                     | updated   | writes | profile record | (record)
    event equal, different, seen 5 s later               | ask       | -      | -              | -
    event equal, only banned differs, seen 5 s later     | updated   | writes | profile record | (record)
    event equal, different, seen 4.999 s later           | ask       | -      | -              | -
    event equal, only banned differs, seen 4.999 s later | updated   | writes | profile record | (record)
    event equal, different, seen at once                 | ask       | -      | -              | -
    event equal, different, seen 4.999 s earlier         | ask       | -      | -              | -
    event equal, different, seen 5 s earlier             | ask       | -      | -              | -
    event newer by 1 ms, different                       | ask       | -      | -              | -
    event newer, same                                    | updated   | writes | profile record | (record)
    event newer, only the name differs                   | updated   | writes | profile record | firstName (record)
    event newer, different                               | updated   | writes | profile record | firstName (record)
    read older, same                                     | updated   | writes | record         | (record)
    read older, different                                | updated   | writes | record         | (record)
    read cut to the second, different                    | updated   | writes | profile record | firstName (record)
    read equal, same                                     | updated   | writes | profile record | (record)
    read equal, different, seen 5 s later                | updated   | writes | profile record | firstName (record)
    read equal, different, seen 4.999 s later            | updated   | writes | profile record | firstName (record)
    read equal, different, seen 4.999 s earlier          | updated   | writes | profile record | firstName (record)
    read equal, different, seen 5 s earlier              | updated   | writes | profile record | firstName (record)
    read newer, different                                | updated   | writes | profile record | firstName (record)
    read for a request, long after the deletion          | updated   | writes | profile record | (record)
    read by a run, before the deletion                   | updated   | writes | profile record | (record)
    read by a run, 5 min after the deletion              | updated   | writes | profile record | (record)
    read by a run, 1 ms later                            | updated   | writes | profile record | firstName (record)
    read by a run, older content, long after             | updated   | writes | record         | (record)
    read by an admin, 5 min after the deletion           | updated   | writes | profile record | (record)
    read by an admin, 1 ms later                         | updated   | writes | profile record | firstName (record)
    token older, same                                    | unchanged | -      | -              | -
    token older, different                               | stale     | -      | -              | -
    token equal, same                                    | updated   | writes | profile        | -
    token equal, different                               | ask       | -      | -              | -
    token newer, same                                    | updated   | writes | profile        | -
    token newer, different                               | updated   | writes | profile        | firstName
    token newer, a claim is null                         | updated   | writes | profile        | imageUrl
    token in seconds, stored second, same                | unchanged | -      | -              | -
    token in seconds, stored second, different           | ask       | -      | -              | -
    token in seconds, next second, different             | updated   | writes | profile        | firstName
    token 5 min ahead, different                         | updated   | writes | profile        | firstName
    token further ahead, same                            | unchanged | -      | -              | -
    token further ahead, different                       | ask       | -      | -              | -
    token partial and newer, same                        | unchanged | -      | -              | -
    token partial and newer, different                   | ask       | -      | -              | -
    token partial, a claim is null                       | ask       | -      | -              | -
    token without claims                                 | unchanged | -      | -              | -
    token without updated_at, same                       | unchanged | -      | -              | -
    token without updated_at, different                  | ask       | -      | -              | -
    deletion …                                           | deleted   | writes | -              | deletedAt`,

  'stored by a webhook': `
    event older, same                                    | stale     | -      | -              | -
    event older, different                               | stale     | -      | -              | -
    event older by 1 ms, different                       | stale     | -      | -              | -
    event cut to the second, same                        | stale     | -      | -              | -
    event cut to the second, different                   | ask       | -      | -              | -
    event equal, same, seen again later                  | unchanged | -      | -              | -
    event equal, same but for locked                     | unchanged | -      | -              | -
    event equal, different, seen 5 s later               | updated   | writes | profile record | firstName banned
    event equal, only banned differs, seen 5 s later     | updated   | writes | record         | banned
    event equal, different, seen 4.999 s later           | ask       | -      | -              | -
    event equal, only banned differs, seen 4.999 s later | ask       | -      | -              | -
    event equal, different, seen at once                 | ask       | -      | -              | -
    event equal, different, seen 4.999 s earlier         | ask       | -      | -              | -
    event equal, different, seen 5 s earlier             | stale     | -      | -              | -
    event newer by 1 ms, different                       | updated   | writes | profile record | firstName banned
    event newer, same                                    | updated   | writes | profile record | -
    event newer, only the name differs                   | updated   | writes | profile record | firstName
    event newer, different                               | updated   | writes | profile record | firstName banned
    read older, same                                     | stale     | -      | -              | -
    read older, different                                | stale     | -      | -              | -
    read cut to the second, different                    | stale     | -      | -              | -
    read equal, same                                     | unchanged | -      | -              | -
    read equal, different, seen 5 s later                | updated   | writes | profile record | firstName banned
    read equal, different, seen 4.999 s later            | updated   | writes | profile record | firstName banned
    read equal, different, seen 4.999 s earlier          | updated   | writes | profile record | firstName banned
    read equal, different, seen 5 s earlier              | stale     | -      | -              | -
    read newer, different                                | updated   | writes | profile record | firstName banned
    read for a request, long after the deletion          | unchanged | -      | -              | -
    read by a run, before the deletion                   | unchanged | -      | -              | -
    read by a run, 5 min after the deletion              | unchanged | -      | -              | -
    read by a run, 1 ms later                            | updated   | writes | profile        | firstName
    read by a run, older content, long after             | stale     | -      | -              | -
    read by an admin, 5 min after the deletion           | unchanged | -      | -              | -
    read by an admin, 1 ms later                         | updated   | writes | profile record | firstName
    token older, same                                    | unchanged | -      | -              | -
    token older, different                               | stale     | -      | -              | -
    token equal, same                                    | unchanged | -      | -              | -
    token equal, different                               | ask       | -      | -              | -
    token newer, same                                    | updated   | writes | profile        | -
    token newer, different                               | updated   | writes | profile        | firstName
    token newer, a claim is null                         | updated   | writes | profile        | imageUrl
    token in seconds, stored second, same                | unchanged | -      | -              | -
    token in seconds, stored second, different           | ask       | -      | -              | -
    token in seconds, next second, different             | updated   | writes | profile        | firstName
    token 5 min ahead, different                         | updated   | writes | profile        | firstName
    token further ahead, same                            | unchanged | -      | -              | -
    token further ahead, different                       | ask       | -      | -              | -
    token partial and newer, same                        | unchanged | -      | -              | -
    token partial and newer, different                   | ask       | -      | -              | -
    token partial, a claim is null                       | ask       | -      | -              | -
    token without claims                                 | unchanged | -      | -              | -
    token without updated_at, same                       | unchanged | -      | -              | -
    token without updated_at, different                  | ask       | -      | -              | -
    deletion …                                           | deleted   | writes | -              | deletedAt`,

  'profile from a newer token, record from an older webhook': `
    event older, same                                    | updated   | writes | record         | -
    event older, different                               | updated   | writes | record         | banned
    event older by 1 ms, different                       | updated   | writes | record         | banned
    event cut to the second, same                        | updated   | writes | record         | -
    event cut to the second, different                   | ask       | -      | -              | -
    event equal, same, seen again later                  | updated   | writes | record         | -
    event equal, same but for locked                     | updated   | writes | record         | -
    event equal, different, seen 5 s later               | ask       | -      | -              | -
    event equal, only banned differs, seen 5 s later     | updated   | writes | record         | banned
    event equal, different, seen 4.999 s later           | ask       | -      | -              | -
    event equal, only banned differs, seen 4.999 s later | updated   | writes | record         | banned
    event equal, different, seen at once                 | ask       | -      | -              | -
    event equal, different, seen 4.999 s earlier         | ask       | -      | -              | -
    event equal, different, seen 5 s earlier             | ask       | -      | -              | -
    event newer by 1 ms, different                       | updated   | writes | profile record | firstName banned
    event newer, same                                    | updated   | writes | profile record | -
    event newer, only the name differs                   | updated   | writes | profile record | firstName
    event newer, different                               | updated   | writes | profile record | firstName banned
    read older, same                                     | updated   | writes | record         | -
    read older, different                                | updated   | writes | record         | banned
    read cut to the second, different                    | updated   | writes | record         | banned
    read equal, same                                     | updated   | writes | record         | -
    read equal, different, seen 5 s later                | updated   | writes | profile record | firstName banned
    read equal, different, seen 4.999 s later            | updated   | writes | profile record | firstName banned
    read equal, different, seen 4.999 s earlier          | updated   | writes | profile record | firstName banned
    read equal, different, seen 5 s earlier              | updated   | writes | profile record | firstName banned
    read newer, different                                | updated   | writes | profile record | firstName banned
    read for a request, long after the deletion          | updated   | writes | record         | -
    read by a run, before the deletion                   | updated   | writes | record         | -
    read by a run, 5 min after the deletion              | updated   | writes | record         | -
    read by a run, 1 ms later                            | updated   | writes | profile record | firstName
    read by a run, older content, long after             | updated   | writes | record         | -
    read by an admin, 5 min after the deletion           | updated   | writes | record         | -
    read by an admin, 1 ms later                         | updated   | writes | profile record | firstName
    token older, same                                    | unchanged | -      | -              | -
    token older, different                               | stale     | -      | -              | -
    token equal, same                                    | unchanged | -      | -              | -
    token equal, different                               | ask       | -      | -              | -
    token newer, same                                    | updated   | writes | profile        | -
    token newer, different                               | updated   | writes | profile        | firstName
    token newer, a claim is null                         | updated   | writes | profile        | imageUrl
    token in seconds, stored second, same                | unchanged | -      | -              | -
    token in seconds, stored second, different           | ask       | -      | -              | -
    token in seconds, next second, different             | updated   | writes | profile        | firstName
    token 5 min ahead, different                         | updated   | writes | profile        | firstName
    token further ahead, same                            | unchanged | -      | -              | -
    token further ahead, different                       | ask       | -      | -              | -
    token partial and newer, same                        | unchanged | -      | -              | -
    token partial and newer, different                   | ask       | -      | -              | -
    token partial, a claim is null                       | ask       | -      | -              | -
    token without claims                                 | unchanged | -      | -              | -
    token without updated_at, same                       | unchanged | -      | -              | -
    token without updated_at, different                  | ask       | -      | -              | -
    deletion …                                           | deleted   | writes | -              | deletedAt`,

  restored: `
    event older, same                                    | stale     | -      | -              | -
    event older, different                               | stale     | -      | -              | -
    event older by 1 ms, different                       | stale     | -      | -              | -
    event cut to the second, same                        | stale     | -      | -              | -
    event cut to the second, different                   | ask       | -      | -              | -
    event equal, same, seen again later                  | unchanged | -      | -              | -
    event equal, same but for locked                     | unchanged | -      | -              | -
    event equal, different, seen 5 s later               | stale     | -      | -              | -
    event equal, only banned differs, seen 5 s later     | stale     | -      | -              | -
    event equal, different, seen 4.999 s later           | stale     | -      | -              | -
    event equal, only banned differs, seen 4.999 s later | stale     | -      | -              | -
    event equal, different, seen at once                 | stale     | -      | -              | -
    event equal, different, seen 4.999 s earlier         | stale     | -      | -              | -
    event equal, different, seen 5 s earlier             | stale     | -      | -              | -
    event newer by 1 ms, different                       | updated   | writes | profile record | firstName banned
    event newer, same                                    | updated   | writes | profile record | -
    event newer, only the name differs                   | updated   | writes | profile record | firstName
    event newer, different                               | updated   | writes | profile record | firstName banned
    read older, same                                     | stale     | -      | -              | -
    read older, different                                | stale     | -      | -              | -
    read cut to the second, different                    | stale     | -      | -              | -
    read equal, same                                     | unchanged | -      | -              | -
    read equal, different, seen 5 s later                | stale     | -      | -              | -
    read equal, different, seen 4.999 s later            | stale     | -      | -              | -
    read equal, different, seen 4.999 s earlier          | stale     | -      | -              | -
    read equal, different, seen 5 s earlier              | stale     | -      | -              | -
    read newer, different                                | updated   | writes | profile record | firstName banned
    read for a request, long after the deletion          | unchanged | -      | -              | -
    read by a run, before the deletion                   | unchanged | -      | -              | -
    read by a run, 5 min after the deletion              | unchanged | -      | -              | -
    read by a run, 1 ms later                            | updated   | writes | profile        | firstName
    read by a run, older content, long after             | stale     | -      | -              | -
    read by an admin, 5 min after the deletion           | unchanged | -      | -              | -
    read by an admin, 1 ms later                         | updated   | writes | profile record | firstName
    token older, same                                    | unchanged | -      | -              | -
    token older, different                               | stale     | -      | -              | -
    token equal, same                                    | unchanged | -      | -              | -
    token equal, different                               | ask       | -      | -              | -
    token newer, same                                    | updated   | writes | profile        | -
    token newer, different                               | updated   | writes | profile        | firstName
    token newer, a claim is null                         | updated   | writes | profile        | imageUrl
    token in seconds, stored second, same                | unchanged | -      | -              | -
    token in seconds, stored second, different           | ask       | -      | -              | -
    token in seconds, next second, different             | updated   | writes | profile        | firstName
    token 5 min ahead, different                         | updated   | writes | profile        | firstName
    token further ahead, same                            | unchanged | -      | -              | -
    token further ahead, different                       | ask       | -      | -              | -
    token partial and newer, same                        | unchanged | -      | -              | -
    token partial and newer, different                   | ask       | -      | -              | -
    token partial, a claim is null                       | ask       | -      | -              | -
    token without claims                                 | unchanged | -      | -              | -
    token without updated_at, same                       | unchanged | -      | -              | -
    token without updated_at, different                  | ask       | -      | -              | -
    deletion older than everything                       | stale     | -      | -              | -
    deletion at the early deletion                       | stale     | -      | -              | -
    deletion 1 ms before the deletion                    | stale     | -      | -              | -
    deletion at the deletion                             | stale     | -      | -              | -
    deletion 1 ms after the deletion                     | stale     | -      | -              | -
    deletion 1 ms before the restoration                 | stale     | -      | -              | -
    deletion at the restoration                          | stale     | -      | -              | -
    deletion 1 ms after the restoration                  | deleted   | writes | -              | deletedAt
    deletion newer than everything                       | deleted   | writes | -              | deletedAt`,
} as const;

describe.each(Object.entries(TABLES))('a user: %s', (state, text) => {
  const stored = STATES[state as keyof typeof TABLES];
  it.each(parseTable(text, NAMES))('$name → $outcome', (row) => {
    const snapshot = SNAPSHOTS[row.name];
    if (!snapshot) throw new Error(`No snapshot is named ${row.name}.`);
    expect(decided(stored, snapshot, NOW)).toEqual(expected(row, stored, snapshot));
  });
});

describe('a newer token', () => {
  const stored = storedAfter(event({ asOf: SECOND + 500 }));
  const other: Profile = { email: 'x@example.com', firstName: 'X', lastName: 'X', imageUrl: null };

  it.each(PROFILE_FIELDS)('that lacks just %s carries no order', (field) => {
    const claims = Object.fromEntries(Object.entries(other).filter(([name]) => name !== field));
    expect(merge(stored, partialToken(SECOND + 60_000, claims), NOW)).toEqual({ ask: true });
  });

  it.each(PROFILE_FIELDS)('that differs in just %s writes it', (field) => {
    const decision = merge(stored, completeToken(SECOND + 60_000, { [field]: other[field] }), NOW);
    expect(decision).toMatchObject({ outcome: 'updated', changedFields: [field] });
  });
});

describe('the decision tables', () => {
  it('need no row for a user stored by a read: a webhook stores the same', () => {
    const { asOf, seenAt, profile, record, locked } = event({ asOf: SECOND + 500 });
    expect(storedAfter(read({ asOf, seenAt, profile, record, locked }))).toEqual(storedAfter(event({ asOf, seenAt })));
  });
});
