import { currentUser } from 'clerk-dynamodb-sync/request';
import type { AuthorizedEvent } from 'clerk-dynamodb-sync/request';

export const handler = async (event: AuthorizedEvent) => ({ of: currentUser(event).email });
