import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';
import { read } from './pages.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/** Where a script hands its options to the parser, if not in its own file. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'scripts/deploy.ts': 'scripts/deploy/command.ts',
  'scripts/destroy.ts': 'scripts/deploy/command.ts',
};

/**
 * Puts arguments before the parser of a script, with the options that the script gives it.
 * @param script `scripts/doctor.ts`
 * @throws Error for an option that the script does not take, or a value that is missing
 */
export function parseFor(script: string, args: readonly string[]): void {
  const source = read(ELSEWHERE[script] ?? script);
  parseArgs({
    args: [...args],
    options: optionsIn(source),
    strict: true,
    allowPositionals: /readCommand\(/.test(source),
  });
}

/** Every option of a script. */
export function optionsOf(script: string): readonly string[] {
  return Object.keys(optionsIn(read(ELSEWHERE[script] ?? script)));
}

function optionsIn(source: string): Options {
  const found = source.matchAll(/'?([\w-]+)'?: \{ type: '(string|boolean)'(?:, short: '(\w)')?(, multiple: true)?/g);
  return Object.fromEntries(
    [...found].map(([, name = '', type, short, multiple]): [string, Options[string]] => [
      name,
      {
        type: type === 'boolean' ? 'boolean' : 'string',
        ...(short !== undefined && { short }),
        ...(multiple !== undefined && { multiple: true }),
      },
    ]),
  );
}
