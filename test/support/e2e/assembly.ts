import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { LOCAL_CONTEXT } from '../../../infra/local/local-stack.ts';
import { synthesise } from '../../../infra/synth.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The synthesised app, as `npm start` would make it: synthesised once for all end-to-end tests. */
    assembly: string;
  }
}

/** Synthesises the app once, before the end-to-end tests, with the settings that the stand-in for Clerk has. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const outdir = await mkdtemp(join(tmpdir(), 'clerk-dynamodb-sync-test-'));
  const own = { issuer: 'https://sync-local.clerk.accounts.dev', authorizedParties: 'http://localhost:5173' };
  const context = { ...LOCAL_CONTEXT, ...own };
  project.provide('assembly', await synthesise({ outdir, context }));
  return () => rm(outdir, { recursive: true, force: true });
}
