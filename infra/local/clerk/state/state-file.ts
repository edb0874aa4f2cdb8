import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseJson } from '../json.ts';
import { isSavedState } from './state.ts';
import type { SavedState } from './state.ts';

const SHORTEST_PAUSE_MS = 300;
/** Writing takes at most about a twentieth of the time, however many users there are. */
const PAUSE_PER_WRITE = 20;

/** Keeps the state in a file that is at every moment either the old or the new state, whole. */
export class StateFile {
  readonly #path: string;
  readonly #snapshot: () => SavedState;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #pauseMs = SHORTEST_PAUSE_MS;

  constructor(path: string, snapshot: () => SavedState) {
    this.#path = path;
    this.#snapshot = snapshot;
  }

  /** Has the state written soon; calls until then cost nothing. */
  touch(): void {
    if (!this.#closed) this.#timer ??= setTimeout(() => this.save(), this.#pauseMs);
  }

  /** Writes the state for the last time. */
  close(): void {
    this.#closed = true;
    this.save();
  }

  save(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const start = performance.now();
    writeWhole(this.#path, JSON.stringify(this.#snapshot()));
    this.#pauseMs = Math.max(SHORTEST_PAUSE_MS, (performance.now() - start) * PAUSE_PER_WRITE);
  }
}

/**
 * @returns undefined when there is no such file yet.
 * @throws When the file is not a state of this stand-in; the message names it and says what to do.
 */
export function loadState(path: string): SavedState | undefined {
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  const state = parseOrUndefined(text);
  if (isSavedState(state)) return state;
  throw new Error(`The file ${path} does not hold a state of the stand-in for Clerk. Delete it to begin anew.`);
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function parseOrUndefined(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** Readable by its owner only: it holds keys. */
function writeWhole(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  mkdirSync(dirname(path), { recursive: true });
  try {
    writeFileSync(temporary, text, { mode: 0o600 });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
