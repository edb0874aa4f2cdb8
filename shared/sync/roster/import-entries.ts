import { isDeepStrictEqual } from 'node:util';
import { each } from '../each.ts';
import { persist } from '../persist.ts';
import type { RosterAdminDependencies } from './dependencies.ts';
import { BUDGET_MS } from './dependencies.ts';
import type { EntryInput } from './entry-input.ts';
import { putEntry } from './put-entry.ts';

export interface Imported {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
}
