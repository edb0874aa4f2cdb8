import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { asList, asNumber, asRecord, asText, isRecord, parseJson, texts } from '../json.ts';

export interface SecretVersion {
  readonly id: string;
  readonly text: string | undefined;
  /** Base64. */
  readonly binary: string | undefined;
  readonly stages: readonly string[];
  /** In ms since 1970. */
  readonly createdAt: number;
}

export interface Secret {
  readonly arn: string;
  readonly name: string;
  readonly createdAt: number;
  readonly versions: readonly SecretVersion[];
}

/** The secrets, in memory and, with a file, on disk: written whole, and readable by its owner only. */
export class SecretStore {
  readonly #secrets = new Map<string, Secret>();
  readonly #file: string | undefined;

  constructor(file?: string) {
    this.#file = file;
    if (file === undefined || !existsSync(file)) return;
    const stored = parseJson(readFileSync(file, 'utf8'));
    if (!Array.isArray(stored)) throw new Error(`${file} does not hold secrets: delete it, or start with --fresh.`);
    for (const secret of stored.map(parseSecret)) this.#secrets.set(secret.arn, secret);
  }

  /** @param id ARN, name, or ARN without the random part at its end. */
  find(id: string): Secret | undefined {
    const byArn = this.#secrets.get(id);
    if (byArn !== undefined) return byArn;
    return [...this.#secrets.values()].find((secret) => secret.name === id || secret.arn.slice(0, -7) === id);
  }

  put(secret: Secret): void {
    this.#secrets.set(secret.arn, secret);
    if (this.#file === undefined) return;
    mkdirSync(dirname(this.#file), { recursive: true });
    const draft = `${this.#file}.${process.pid}`;
    writeFileSync(draft, JSON.stringify([...this.#secrets.values()]), { mode: 0o600 });
    renameSync(draft, this.#file);
  }
}

function parseSecret(value: unknown): Secret {
  const stored = asRecord(value);
  return {
    arn: asText(stored['arn']) ?? '',
    name: asText(stored['name']) ?? '',
    createdAt: asNumber(stored['createdAt']) ?? 0,
    versions: asList(stored['versions'])
      .filter(isRecord)
      .map((version) => ({
        id: asText(version['id']) ?? '',
        text: asText(version['text']),
        binary: asText(version['binary']),
        stages: texts(version['stages']),
        createdAt: asNumber(version['createdAt']) ?? 0,
      })),
  };
}
