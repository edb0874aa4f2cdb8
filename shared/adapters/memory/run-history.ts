import type { RunHistory } from '../../ports/run-history.ts';
import type { Run, RunStore } from '../../ports/run-store.ts';
import { sortKey } from '../dynamodb/creation-index.ts';
import { pageOf } from './page.ts';

/** The history of a run store that is in memory. */
export function createMemoryRunHistory(runs: Pick<RunStore, 'list'>): RunHistory {
  return {
    async list(page) {
      const all: [string, Run][] = [];
      for await (const run of runs.list(0)) all.unshift([sortKey(run.startedAt, run.id), run]);
      return pageOf(all, page);
    },
  };
}
