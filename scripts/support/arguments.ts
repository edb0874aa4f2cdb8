import type { ParseArgsConfig } from 'node:util';
import { parseArgs } from 'node:util';

type Options = NonNullable<ParseArgsConfig['options']>;
type Values<T extends Options> = ReturnType<typeof parseArgs<{ args: string[]; options: T; strict: true }>>['values'];

/**
 * Reads a command's options from its command line. On one that it does not have, or that npm has kept, it says which, shows the
 * usage and ends the process.
 *
 * @param exitCode 2 unless that means something else
 */
export function readArguments<T extends Options>(options: T, usage: string, exitCode = 2): Values<T> {
  refuseKept(options, usage, exitCode);
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
  refuseKept(options, usage);
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

/** Settings of npm's own that people have for good; without them a command prints or asks otherwise, and does nothing else. */
const HARMLESS: ReadonlySet<string> = new Set(['json', 'yes']);

/**
 * Options that npm has kept for itself, since they stood before its `--`: it says so in a variable of the environment, and the
 * command would run without them.
 */
export function keptByNpm(
  options: Options,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  return Object.entries(options)
    .filter(([name]) => !HARMLESS.has(name))
    .filter(([name, { short }]) => {
      const isKept = Boolean(environment[`npm_config_${name.replaceAll('-', '_')}`]);
      const isKeptShort = short === 'c' && SETTING.test(environment['npm_config_call'] ?? '');
      return (isKept || isKeptShort) && !isGiven(args, name, short);
    })
    .map(([name]) => `--${name}`);
}

/** What `-c` is given in a command of ours; in npm's own, `--call`, it is a command line. */
const SETTING = /^[\w-]+=\S*$/;

function isGiven(args: readonly string[], name: string, short: string | undefined): boolean {
  return args.some((each) => each === `--${name}` || each.startsWith(`--${name}=`) || each === `-${short}`);
}

function refuseKept(options: Options, usage: string, exitCode?: number): void {
  const kept = keptByNpm(options, process.argv.slice(2), process.env);
  if (kept.length > 0) {
    refuse(`npm has kept ${kept.join(' and ')} for itself: options of the command come after \`--\`.`, usage, exitCode);
  }
}

/** Says what is wrong with the command line, and ends the process. */
export function refuse(problem: string, usage: string, exitCode = 2): never {
  console.error(`${problem}\n\nUsage: ${usage}`);
  process.exit(exitCode);
}
