import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** What `.local/stack.json` says of a running local cloud, so that any tool can drive it. URLs have no trailing slash. */
export interface StackFile {
  readonly api: string;
  /** The Clerk stand-in, without `/v1`. */
  readonly clerk: string;
  readonly dynamodb: string;
  /** The CloudWatch endpoint. */
  readonly metrics: string;
  /** A page that lists what is served and how to try it. */
  readonly console: string;
  readonly region: string;
  readonly tableName: string;
  readonly issuer: string;
  readonly authorizedParty: string;
  readonly instanceId: string;
  readonly secretKey: string;
  /** PEM. */
  readonly jwtPublicKey: string;
  /** PEM. */
  readonly jwtPrivateKey: string;
  readonly kid: string;
  readonly webhookSecrets: readonly string[];
  readonly adminApiKey: string;
}

/** Writes the file whole: a reader sees all of it or none. Only its owner may read it, since it holds keys. */
export function writeStackFile(path: string, stack: StackFile): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(stack, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, path);
}

export function removeStackFile(path: string): void {
  rmSync(path, { force: true });
}
