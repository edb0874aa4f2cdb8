import type { HttpApiDefinition, StageDefinition } from './definition.ts';

export interface StageMatch {
  readonly stage: StageDefinition;
  /** Without the stage. */
  readonly path: string;
}

/** A named stage is the path's first segment; the stage `$default` has none and takes what is left. */
export function findStage(api: HttpApiDefinition, path: string): StageMatch | undefined {
  const [, first = ''] = path.split('/');
  const named = api.stages.find((stage) => stage.name === first);
  if (named !== undefined) return { stage: named, path: path.slice(first.length + 1) || '/' };
  const stage = api.stages.find((candidate) => candidate.name === '$default');
  return stage === undefined ? undefined : { stage, path };
}
