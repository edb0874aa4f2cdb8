import { changedApp } from '../../domain/app-change.ts';
import type { AppChange } from '../../domain/app-change.ts';
import { sameJson } from '../../domain/json.ts';
import type { AppReading, AppStore, AppWriteResult } from '../../ports/app-store.ts';
import { refuseUnstorableApp } from '../dynamodb/storable-user.ts';
import { answer } from './answer.ts';
import type { UserItem, UserItems } from './user-items.ts';

/** The application's attributes on the items of a memory user store. */
export function createMemoryAppStore(items: UserItems): AppStore {
  return { read: (userId, options = {}) => answer(options, () => readingOf(items, items.living(userId))) };
}

function readingOf(items: UserItems, item: UserItem | undefined): AppReading | undefined {
  if (!item) return undefined;
  const { user } = item;
  return { user, write: (change, options = {}) => answer(options, () => write(items, item, change)) };
}

function write(items: UserItems, read: UserItem, change: AppChange): AppWriteResult {
  refuseUnstorableApp(read.user, change);
  const current = items.living(read.user.id);
  if (!current || current.user.revision !== read.user.revision || !sameJson(current.user.app, read.user.app)) {
    return { status: 'lost', current: readingOf(items, current) };
  }
  const user = { ...current.user, app: changedApp(current.user.app, change) };
  items.put({ ...current, user });
  return { status: 'written', user };
}
