import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What tells one deployment of a template from another: it is part of every generated name, as on AWS. So clouds that keep
 * nothing never meet in one DynamoDB engine, and one that keeps its data finds its tables again.
 *
 * @param dataDirectory where the deployment keeps its data; absent: a new deployment each time
 */
export function deploymentId(dataDirectory: string | undefined): string {
  if (dataDirectory === undefined) return randomUUID();
  const path = join(dataDirectory, 'deployment');
  mkdirSync(dataDirectory, { recursive: true });
  try {
    writeFileSync(path, randomUUID(), { flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return readFileSync(path, 'utf8');
}
