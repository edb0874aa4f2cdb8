import type { RunHistory } from '../../ports/run-history.ts';
import type { Run, RunStore } from '../../ports/run-store.ts';
import { isReadable } from '../../ports/unreadable.ts';
import { sortKey } from '../dynamodb/creation-index.ts';
import { pageOf } from './page.ts';

/** The history of a run store that is in memory. */
export function createMemoryRunHistory(runs: Pick<RunStore, 'list'>): RunHistory {
  return {
    async list(page) {
      const all: [string, Run][] = [];
      // What is in memory this version has put there.
      for await (const run of runs.list(0)) if (isReadable(run)) all.unshift([sortKey(run.startedAt, run.id), run]);
      return pageOf(all, page);
    },
  };
}
