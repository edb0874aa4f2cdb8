import type { DriftOfKind, DriftReport } from '../../ports/run-store.ts';
import type { AttributeInput } from './json-attributes.ts';
import type { AttributeReader } from './read-attributes.ts';

/** A drift report as an item keeps it. */
export function itemOfReport(report: DriftReport): AttributeInput {
  return new Map(Object.entries(report).map(([kind, found]) => [kind, itemOfKind(found)]));
}

function itemOfKind({ users, causes, oldestMs, userIds }: DriftOfKind): AttributeInput {
  return new Map<string, AttributeInput>([
    ['users', users],
    ['causes', new Map(Object.entries(causes))],
    ...(oldestMs === undefined ? [] : ([['oldestMs', oldestMs]] as const)),
    ['userIds', [...userIds]],
  ]);
}

/** @throws MalformedItem */
export function parseReport(read: AttributeReader): DriftReport {
  return Object.fromEntries(read.names().map((kind) => [kind, parseKind(read.inside(kind))]));
}

function parseKind(read: AttributeReader): DriftOfKind {
  const oldestMs = read.optionalNumber('oldestMs');
  return {
    users: read.number('users'),
    causes: read.numbers('causes'),
    ...(oldestMs !== undefined && { oldestMs }),
    userIds: read.texts('userIds'),
  };
}
