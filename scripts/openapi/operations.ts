import { PATCH_TYPES } from '../../functions/users/patch-me.ts';
import { ADMIN_OPERATIONS } from './admin-operations.ts';
import type { Operation } from './operation.ts';
import { refusals } from './operation.ts';

const STANDING = ['user_deleted', 'user_banned', 'user_deprovisioned'] as const;
const FETCHING = ['user_not_found', 'unstorable_user', 'internal_error', 'unavailable'] as const;
const BODY = ['malformed_json', 'invalid_body', 'body_too_large', 'unsupported_media_type'] as const;

/** Every route of the API. A test holds them against those of the template. */
export const OPERATIONS: readonly Operation[] = [
  {
    id: 'getMe',
    method: 'get',
    path: '/users/me',
    summary: 'The signed-in user',
    description:
      'As the mirror has her now. A user whom the mirror does not have yet is read from Clerk, and stored, first.',
    access: 'signed-in',
    answers: [{ status: 200, description: 'The user.', schema: 'User' }],
    refusals: refusals(...STANDING, ...FETCHING),
  },
  {
    id: 'patchMe',
    method: 'patch',
    path: '/users/me',
    summary: "Changes the application's attributes of the signed-in user",
    description:
      'The member `app` of the body is a JSON merge patch (RFC 7396) of the map `app`: objects are merged, `null` removes an ' +
      'attribute, anything else replaces one. Names that begin with `_` are the application’s alone. Nothing that Clerk knows ' +
      'of the user can be changed here: an `email` in `app` is an attribute of that name. Requests that come at the same moment ' +
      'are all kept. All attributes together have 16 KB at most, as JSON text; numbers must be ones that a double holds ' +
      'exactly, and nesting ends at 32 levels, the body being the first. ' +
      'A user whom the mirror does not have yet is read from Clerk, and stored, first.',
    access: 'signed-in',
    body: { required: true, mediaTypes: PATCH_TYPES, schema: 'AppPatch' },
    answers: [{ status: 200, description: 'The user as she now stands.', schema: 'User' }],
    refusals: refusals(...BODY, 'app_too_large', ...STANDING, ...FETCHING),
  },
  {
    id: 'syncMe',
    method: 'post',
    path: '/users/sync',
    summary: 'Reads the signed-in user from Clerk into the mirror',
    description:
      'For a client that has just changed something in Clerk, or signs somebody up, and does not want to wait for the webhook. ' +
      'Only Clerk is believed: the body is empty, or an empty object. Where Clerk has no such user the answer is 404, and nobody is ' +
      'deleted for it.',
    access: 'signed-in',
    body: { required: false, mediaTypes: ['application/json'], schema: 'SyncRequest' },
    answers: [
      {
        status: 200,
        description: 'The mirror had her already; `outcome` says what Clerk has changed.',
        schema: 'SyncAnswer',
      },
      { status: 201, description: 'The mirror has her now; `outcome` is `created`.', schema: 'SyncAnswer' },
    ],
    refusals: refusals(...BODY, ...STANDING, ...FETCHING),
  },
  {
    id: 'whoami',
    method: 'get',
    path: '/whoami',
    summary: 'The user as the authorizer has put her on the request',
    description: 'What every function behind the authorizer is given. API Gateway may repeat it for up to 30 seconds.',
    access: 'signed-in',
    answers: [{ status: 200, description: 'The user.', schema: 'User' }],
    refusals: refusals('internal_error'),
  },
  {
    id: 'receiveWebhook',
    method: 'post',
    path: '/webhooks/clerk',
    summary: "Clerk's events, signed by Svix",
    description:
      'For Clerk alone. The signature covers the raw body. An event that is signed and cannot be used is kept in quarantine, and ' +
      'answered with 200: to send it again would not help.',
    access: 'public',
    parameters: ['svix-id', 'svix-timestamp', 'svix-signature'].map((name) => ({
      name,
      in: 'header',
      required: true,
      schema: { type: 'string' },
    })),
    body: { required: true, mediaTypes: ['application/json'], schema: 'anything' },
    answers: [{ status: 200, description: 'The event is done with.', schema: 'WebhookAnswer' }],
    refusals: [
      { status: 400, code: 'webhook_rejected', description: 'None of our secrets has signed this.' },
      { status: 413, code: 'webhook_rejected', description: 'The body is larger than 256 KB.' },
      { status: 415, code: 'webhook_rejected', description: 'The body is not application/json.' },
      {
        status: 503,
        code: 'unavailable',
        description: 'The event could not be applied: send it again.',
        retryAfter: true,
      },
    ],
  },
  {
    id: 'getHealth',
    method: 'get',
    path: '/health',
    summary: 'Whether syncs fail',
    description:
      'For uptime monitors; there only where the deployment asks for it. Failed syncs of the last quarter of an hour, of all that ' +
      'were tried: at 5 % and more it answers 503. An answer is kept for a minute.',
    access: 'public',
    answers: [
      { status: 200, description: 'Syncs succeed, or nobody can say.', schema: 'Health' },
      { status: 503, description: 'Syncs fail.', schema: 'Health' },
    ],
    refusals: refusals('internal_error'),
  },
  {
    id: 'getUserCounts',
    method: 'get',
    path: '/health/user-sync',
    summary: 'How many users either side has',
    description:
      'As the last run has counted them that compared all; there only where the deployment asks for it. An answer is kept for a minute.',
    access: 'public',
    answers: [{ status: 200, description: 'The counts, or that nobody can say.', schema: 'UserCounts' }],
    refusals: refusals('internal_error'),
  },
  ...ADMIN_OPERATIONS,
];
