import { AT } from './users.ts';

const LATER = AT + 90_000;
const times = { created_at: AT, updated_at: AT };
const changed = { created_at: AT, updated_at: LATER };

function organization(over: object = {}): object {
  return {
    object: 'organization',
    id: 'org_example01',
    name: 'Lighthouse Maps',
    slug: 'lighthouse-maps',
    image_url: 'https://img.example.com/lighthouse',
    has_image: true,
    members_count: 2,
    missing_member_with_elevated_permissions: false,
    pending_invitations_count: 0,
    max_allowed_memberships: 12,
    admin_delete_enabled: true,
    public_metadata: {},
    private_metadata: {},
    created_by: 'user_exampleNadia01',
    ...times,
    ...over,
  };
}

function domain(over: object): object {
  return {
    object: 'organization_domain',
    id: 'orgdmn_example01',
    organization_id: 'org_example01',
    name: 'maps.example.com',
    enrollment_mode: 'automatic_suggestion',
    affiliation_email_address: 'office@maps.example.com',
    verification: null,
    total_pending_invitations: 0,
    total_pending_suggestions: 1,
    ...times,
    ...over,
  };
}

function invitation(status: string, over: object = {}): object {
  return {
    object: 'organization_invitation',
    id: 'orginv_example01',
    email_address: 'tomas@example.com',
    role: 'org:editor',
    role_name: 'Editor',
    organization_id: 'org_example01',
    status,
    public_metadata: {},
    private_metadata: {},
    url: 'https://accounts.example.com/invitation',
    expires_at: LATER,
    ...times,
    ...over,
  };
}

function membership(permissions: readonly string[], over: object = {}): object {
  return {
    object: 'organization_membership',
    id: 'orgmem_example01',
    role: 'org:editor',
    role_name: 'Editor',
    permissions,
    public_metadata: {},
    private_metadata: {},
    organization: organization(),
    public_user_data: {
      user_id: 'user_exampleTomas01',
      first_name: 'Tomas',
      last_name: 'Rivera',
      profile_image_url: 'https://img.example.com/tomas',
      image_url: 'https://img.example.com/tomas',
      has_image: true,
      identifier: 'tomas@example.com',
    },
    ...times,
    ...over,
  };
}

function permission(over: object = {}): object {
  return {
    object: 'permission',
    id: 'perm_example01',
    name: 'Draw maps',
    key: 'org:maps:draw',
    description: 'May draw a map',
    type: 'custom',
    ...times,
    ...over,
  };
}

const verification = { status: 'verified', strategy: 'email_code', attempts: 2, expire_at: null };
const publicOrganization = {
  id: 'org_example01',
  name: 'Lighthouse Maps',
  slug: 'lighthouse-maps',
  image_url: 'https://img.example.com/lighthouse',
  has_image: false,
};
const role = { object: 'role', id: 'role_example01', name: 'Editor', key: 'org:editor', description: 'Edits maps' };

export const ORGANIZATION_EXAMPLES: Readonly<Record<string, object>> = {
  'organization.created': organization(),
  'organization.updated': organization({
    public_metadata: { region: 'north' },
    private_metadata: { number: 'A-1' },
    ...changed,
  }),
  'organization.deleted': { object: 'organization', id: 'org_example01', slug: 'lighthouse-maps', deleted: true },
  'organizationDomain.created': domain({ public_organization_data: publicOrganization }),
  'organizationDomain.updated': domain({ verification, ...changed }),
  'organizationDomain.deleted': { object: 'organization_domain', id: 'orgdmn_example01', deleted: true },
  'organizationInvitation.created': invitation('pending'),
  'organizationInvitation.accepted': invitation('accepted', { user_id: 'user_exampleTomas01', ...changed }),
  'organizationInvitation.revoked': invitation('revoked', changed),
  'organizationMembership.created': membership(['org:maps:read', 'org:maps:draw']),
  'organizationMembership.updated': membership(
    ['org:maps:read', 'org:maps:draw', 'org:maps:print', 'org:all'],
    changed,
  ),
  'organizationMembership.deleted': membership(['org:maps:read', 'org:maps:draw']),
  'permission.created': permission(),
  'permission.updated': permission({ name: 'Draw and print maps', ...changed }),
  'permission.deleted': { object: 'permission', id: 'perm_example01', deleted: true },
  'role.created': { ...role, is_creator_eligible: false, permissions: [permission()], ...times },
  'role.updated': { ...role, permissions: [permission(), permission({ id: 'perm_example02' })], ...changed },
  'role.deleted': { object: 'role', id: 'role_example01', slug: null, deleted: true },
};
