import { IMPORT_TYPE } from '../../functions/admin/import-roster.ts';
import { adminOperation, BODY, FLAG, inQuery, jsonBody, NOTHING, ok, PAGE } from './admin-operation.ts';
import type { Operation } from './operation.ts';

/** The admin routes about people who are registered before they sign up. */
export const ROSTER_OPERATIONS: readonly Operation[] = [
  adminOperation({
    id: 'listRoster',
    method: 'get',
    path: '/admin/roster',
    summary: 'Pre-registered people by address',
    description: 'By pages.',
    query: PAGE,
    answers: [ok('RosterList', 'A page of entries.')],
    refusals: ['invalid_request'],
  }),
  adminOperation({
    id: 'putRosterEntry',
    method: 'put',
    path: '/admin/roster/{email}',
    summary: 'Registers a person, or replaces what is registered',
    description: 'Whoever is linked stays linked. Without `cohort` an entry keeps its own.',
    body: jsonBody('RosterEntryRequest'),
    answers: [ok('RosterEntry', 'The entry.'), ok('RosterEntry', 'The entry, which is new.', 201)],
    refusals: ['invalid_request', ...BODY],
  }),
  adminOperation({
    id: 'deleteRosterEntry',
    method: 'delete',
    path: '/admin/roster/{email}',
    summary: 'Deletes an entry that nobody is linked to',
    description: 'One that a user is linked to is unlinked first.',
    body: NOTHING,
    answers: [ok('RosterAction', 'It is gone.')],
    refusals: ['invalid_request', ...BODY, 'entry_not_found', 'entry_linked'],
  }),
  adminOperation({
    id: 'linkRosterEntry',
    method: 'post',
    path: '/admin/roster/{email}/link',
    summary: 'Links a user to an entry by hand',
    description: 'Whatever her address is.',
    body: jsonBody('LinkRequest'),
    answers: [ok('RosterAction', 'She is linked.')],
    refusals: [
      'invalid_request',
      ...BODY,
      'entry_not_found',
      'entry_linked',
      'user_not_mirrored',
      'user_is_deleted',
      'user_has_another_entry',
    ],
  }),
  adminOperation({
    id: 'unlinkRosterEntry',
    method: 'post',
    path: '/admin/roster/{email}/unlink',
    summary: 'Takes an entry from its user',
    description: 'For whoever verifies the address next. One that was made for her with defaults goes.',
    body: NOTHING,
    answers: [ok('RosterAction', 'Nobody is linked to it.')],
    refusals: ['invalid_request', ...BODY, 'entry_not_found', 'entry_not_linked'],
  }),
  adminOperation({
    id: 'importRoster',
    method: 'post',
    path: '/admin/roster/import',
    summary: 'Registers many people from a file',
    description:
      'Comma-separated values in UTF-8, whose first line names the columns: `email`, `cohort`, and each other one an attribute. All ' +
      'rows are looked at first; where one is bad nothing is written. It may be repeated.',
    query: [inQuery('partial', 'Leaves bad rows out.', FLAG)],
    body: { required: true, mediaTypes: [IMPORT_TYPE], schema: 'anything' },
    answers: [
      ok('ImportAnswer', 'How many were registered.'),
      ok('ImportRefusal', '`invalid_import`: rows of the file cannot be imported, and nothing was.', 400),
    ],
    refusals: ['invalid_request', 'import_too_large', 'unsupported_media_type', 'import_unfinished'],
  }),
];
