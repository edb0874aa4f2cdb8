import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { ClerkSyncStack } from '../../../infra/stacks/clerk-sync-stack.ts';
import { ISSUER, ORIGIN } from './application.ts';

/** Processes that the authorizer has at most: a few more requests at once are too many. */
export const AUTHORIZER_CONCURRENCY = 5;

/**
 * A mirror that lets nobody in while the table is away, and whose authorizer has few processes.
 *
 * @returns its cloud assembly, and how to remove it
 */
export function synthesiseAlarmed(): { readonly assembly: string; readonly remove: () => void } {
  const outdir = mkdtempSync(join(tmpdir(), 'alarmed-'));
  const app = new App({ outdir });
  addMirror(app);
  app.synth();
  return { assembly: outdir, remove: () => rmSync(outdir, { recursive: true, force: true }) };
}

function addMirror(app: App): ClerkSyncStack {
  return new ClerkSyncStack(app, 'alarmed', {
    issuer: ISSUER,
    authorizedParties: [ORIGIN],
    onStoreFailure: 'deny',
    authorizerConcurrency: AUTHORIZER_CONCURRENCY,
    scheduleNamePrefix: '',
  });
}
