/** What a Clerk instance has and this stand-in has not; `GET /` shows it. */
export const NOT_IMITATED: readonly string[] = [
  'sign-in, sign-up, sessions and everything else of the Frontend API: tokens come from POST /__local/tokens',
  'organizations, invitations, roles, allow and block lists, waitlist, billing, machines and API keys',
  'passwords and second factors (accepted and ignored), web3 wallets, external, SAML and SCIM accounts',
  'phone numbers, but for those given at creation; profile image uploads',
  'instance settings: no identifier is required, usernames and metadata are not bounded, a lock lasts an hour',
  'API versions: the shapes are those of 2026-05-12, whatever Clerk-API-Version says',
  'webhook events other than user.created, user.updated and user.deleted; the Svix API and dashboard',
];
