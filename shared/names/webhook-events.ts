/** The events of Clerk that the mirror lives on: what its endpoint subscribes to. */
export const USER_EVENTS = ['user.created', 'user.updated', 'user.deleted'] as const;
