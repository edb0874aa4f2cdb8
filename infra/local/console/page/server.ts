import type {
  Action,
  ActionResult,
  AlarmView,
  Overview,
  Plots,
  Pushed,
  StoryLine,
  UserDetail,
  UserList,
} from '../contract.ts';

/** Checks that what came over the wire has the fields that are shown: the types are the server's own. */
function shaped<T extends object>(...fields: readonly (keyof T & string)[]): (value: unknown) => value is T {
  return (value): value is T => typeof value === 'object' && value !== null && fields.every((field) => field in value);
}

const isList = shaped<UserList>('users', 'total');
const isDetail = shaped<UserDetail>('id', 'fields', 'standing');
const isResult = shaped<ActionResult>('ok', 'message');
const isOverview = shaped<Overview>('clerkUsers', 'tableUsers', 'revision', 'runs', 'troubles', 'webhooks');
const isPlots = shaped<Plots>('lag', 'outcomes');
const isStory = (value: unknown): value is StoryLine[] => Array.isArray(value);
const isAlarms = (value: unknown): value is AlarmView[] => Array.isArray(value);

export async function fetchUsers(search: string): Promise<UserList | undefined> {
  const value = await get(`/api/users?search=${encodeURIComponent(search)}`);
  return isList(value) ? value : undefined;
}

/** @returns null where neither side has the user, undefined where there was no answer */
export async function fetchUser(id: string): Promise<UserDetail | null | undefined> {
  const value = await get(`/api/users/${encodeURIComponent(id)}`);
  return value === null || isDetail(value) ? value : undefined;
}

/** @returns what came of it; also when the server did not answer */
export async function send(action: Action): Promise<ActionResult> {
  try {
    const response = await fetch('/api/actions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(action),
    });
    const value: unknown = await response.json();
    return isResult(value) ? value : { ok: false, message: `The console answers ${response.status}.` };
  } catch {
    return { ok: false, message: 'The console does not answer.' };
  }
}

async function get(path: string): Promise<unknown> {
  try {
    const response = await fetch(path);
    return await response.json();
  } catch {
    // The stream notices, and says so.
    return undefined;
  }
}

export interface Listeners {
  onOpen(): void;
  onLost(): void;
  readonly on: { readonly [Name in keyof Pushed]: (value: Pushed[Name]) => void };
}

const AGAIN_AFTER_MS = 1_000;

/** Listens to what is pushed, and connects again when the connection is lost. */
export function listen(listeners: Listeners): void {
  const source = new EventSource('/api/live');
  const hear = <T>(name: string, isIt: (value: unknown) => value is T, take: (value: T) => void): void =>
    source.addEventListener(name, (event: MessageEvent<unknown>) => {
      const value: unknown = JSON.parse(String(event.data));
      if (isIt(value)) take(value);
    });
  source.addEventListener('open', () => listeners.onOpen());
  source.addEventListener('error', () => {
    source.close();
    listeners.onLost();
    setTimeout(() => listen(listeners), AGAIN_AFTER_MS);
  });
  hear('overview', isOverview, listeners.on.overview);
  hear('story', isStory, listeners.on.story);
  hear('alarms', isAlarms, listeners.on.alarms);
  hear('plots', isPlots, listeners.on.plots);
}
