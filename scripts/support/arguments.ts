import type { ParseArgsConfig } from 'node:util';
import { parseArgs } from 'node:util';

type Options = NonNullable<ParseArgsConfig['options']>;
type Values<T extends Options> = ReturnType<typeof parseArgs<{ args: string[]; options: T; strict: true }>>['values'];

/**
 * Reads a command's options from its command line. On one that it does not have it says which, shows the usage and ends the
 * process.
 *
 * @param exitCode 2 unless that means something else
 */
export function readArguments<T extends Options>(options: T, usage: string, exitCode = 2): Values<T> {
  try {
    return parseArgs({ args: process.argv.slice(2), options, strict: true }).values;
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error), usage, exitCode);
  }
}

/**
 * Reads a command line that says what to do in words, and options: `replay msg_1 --all`. One without a word, or with an option
 * that there is not, ends the process like {@link readArguments}.
 */
export function readCommand<T extends Options>(
  options: T,
  usage: string,
): { readonly command: string; readonly operands: readonly string[]; readonly values: Values<T> } {
  try {
    const { positionals, values } = parseArgs({
      args: process.argv.slice(2),
      options,
      strict: true,
      allowPositionals: true,
    });
    const [command = '', ...operands] = positionals;
    return { command, operands, values };
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error), usage);
  }
}

/** Says what is wrong with the command line, and ends the process. */
export function refuse(problem: string, usage: string, exitCode = 2): never {
  console.error(`${problem}\n\nUsage: ${usage}`);
  process.exit(exitCode);
}
