import type { JsonObject, JsonValue } from './json.ts';
import { isObject, sameJson } from './json.ts';

/** Attributes of an application to set, by name; null removes one. */
export type AppChange = Readonly<Record<string, JsonValue>>;

/**
 * The most that a user may make of her `app`, bytes of its JSON text in UTF-8. An item holds 400 KB, and whoever could fill
 * it would keep the synchronisation from writing her ban into it.
 */
export const LARGEST_APP_BYTES = 16 * 1024;

/** What a patch makes of an application's attributes: what to change, or that they would become too large. */
export type AppDecision =
  | { readonly status: 'change'; readonly change: AppChange }
  | { readonly status: 'unchanged' }
  | { readonly status: 'too-large' };

/**
 * Decides about a JSON merge patch (RFC 7396) of a user's `app`: objects are merged member by member, null removes a
 * member, anything else replaces what was there.
 *
 * What the application itself has let grow beyond the limit may be made smaller, and not larger.
 */
export function patchApp(app: JsonObject, patch: JsonObject): AppDecision {
  const change = changeOf(app, patch);
  if (Object.keys(change).length === 0) return { status: 'unchanged' };
  const bytes = bytesOf(changedApp(app, change));
  return bytes > LARGEST_APP_BYTES && bytes > bytesOf(app) ? { status: 'too-large' } : { status: 'change', change };
}

/** The application's attributes after a change. */
export function changedApp(app: JsonObject, change: AppChange): JsonObject {
  const kept = Object.entries(app).filter(([name]) => !Object.hasOwn(change, name));
  return Object.fromEntries([...kept, ...Object.entries(change).filter(([, value]) => value !== null)]);
}

/** Only what the patch makes different: the rest is not written, and stays whatever it is. */
function changeOf(app: JsonObject, patch: JsonObject): AppChange {
  const changes = Object.entries(patch).flatMap(([name, value]): [string, JsonValue][] => {
    const before = Object.hasOwn(app, name) ? app[name] : undefined;
    const after = value === null ? undefined : merged(before, value);
    return sameJson(listOf(before), listOf(after)) ? [] : [[name, after ?? null]];
  });
  return Object.fromEntries(changes);
}

/** Null is a value that an attribute may have, and no value is another thing. */
function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return [value].filter((each) => each !== undefined);
}

function merged(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return patch;
  const members = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) members.delete(name);
    else members.set(name, merged(members.get(name), value));
  }
  return Object.fromEntries(members);
}

function bytesOf(app: JsonObject): number {
  return new TextEncoder().encode(JSON.stringify(app)).length;
}
