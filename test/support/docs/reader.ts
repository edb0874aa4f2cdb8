import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runScript } from '../e2e/run-script.ts';
import type { Ended } from '../e2e/run-script.ts';
import type { Blanks } from './blanks.ts';
import { read } from './pages.ts';

/** Somebody who types what pages say, fills in what they leave open, and has one shell for all of it. */
export interface Reader {
  type(command: string): Promise<Ended>;
  /** Saves a file that a page shows. */
  save(name: string, content: string): void;
}

export interface Place {
  readonly blanks: Blanks;
  /** With `.local/stack.json` in it. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };

export function createReader({ blanks, cwd, env }: Place): Reader {
  /** What was set in the shell. */
  const variables: Record<string, string> = {};
  const fillIn = async (word: string, command: string): Promise<string | undefined> => blanks[word]?.(command);

  /** By the script itself: what npm puts before it is not ours, and takes as long as it. */
  async function runOwn(name: string, words: readonly string[], command: string): Promise<Ended> {
    const [, script = name] = /^exec node scripts\/([\w-]+)\.ts$/.exec(scripts[name] ?? '') ?? [];
    const args = await Promise.all(words.map(async (word) => (await fillIn(word, command)) ?? word));
    return runScript(script, args, { cwd, env });
  }

  async function runInShell(command: string): Promise<Ended> {
    const filledIn: Record<string, string> = { ...variables };
    for (const [, name = ''] of command.matchAll(/\$(\w+)/g)) {
      if (variables[name] === undefined) filledIn[name] = (await fillIn(name, command)) ?? '';
    }
    const [, assigned] = /^(\w+)=/.exec(command) ?? [];
    const script = assigned === undefined ? command : `${command}\nprintf %s "$${assigned}"`;
    const ended = await shell(script, { cwd, env: { ...env, ...filledIn } });
    if (assigned !== undefined) variables[assigned] = ended.stdout;
    return ended;
  }

  return {
    async type(command) {
      const [, name, rest] = /^npm run (\S+)(?: -- (.*))?$/.exec(command) ?? [];
      return name === undefined ? runInShell(command) : runOwn(name, rest?.split(' ') ?? [], command);
    },
    save: (name, content) => writeFileSync(join(cwd, name), content),
  };
}

function shell(script: string, where: Pick<Place, 'cwd' | 'env'>): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile('bash', ['--norc', '-eo', 'pipefail', '-c', script], where, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}
