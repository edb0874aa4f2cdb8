import { expect } from 'vitest';

/** Vitest's asymmetric matchers, typed: a piece of an expected object that is known by its form only. */
export function textMatching(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}

export function instanceOf(type: unknown): unknown {
  return expect.any(type);
}

export function listWith(...items: readonly unknown[]): unknown {
  return expect.arrayContaining([...items]);
}

export function textWith(part: string): unknown {
  return expect.stringContaining(part);
}

export function objectWith(part: object): unknown {
  return expect.objectContaining(part);
}
