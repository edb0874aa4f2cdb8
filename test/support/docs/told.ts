import { FENCE } from './pages.ts';

/** What a text in Markdown tells a reader to type or to send. */
export interface Told {
  /** Each once, in the order of the text; what is joined by `&&` apart, comments left out. */
  readonly commands: readonly string[];
  /** `METHOD /path`, each once. */
  readonly requests: readonly string[];
  /** Events for the reconciler, as JSON. */
  readonly events: readonly string[];
  /** Settings of a deployment, `name=value`. */
  readonly settings: readonly string[];
  /** Options by themselves: `--force`. */
  readonly options: readonly string[];
}

/** What is set before a program, or stands by itself. */
const VARIABLES = /^[A-Z_]+=\S*(?: [A-Z_]+=\S*)*$/;
/** How a span of code begins that is a command. In a block for the shell every line is one. */
const PROGRAM =
  /^(?:\$ |sudo )?(?:npm|npx|node|aws|cdk|sam|curl|wget|jq|git|docker|sh|bash|python3?|sqlite3|clerk|svix|openssl|printf|echo|cat|grep|for|while|export|[A-Z_]+=\S*)(?:\s|$)/;

export function toldBy(markdown: string): Told {
  const blocks = [...markdown.matchAll(FENCE)];
  // What is left stays where it was, so that everything can be put in the order of the text.
  const text = markdown.replaceAll(FENCE, (block) => ' '.repeat(block.length));
  // A span of code may be broken over two lines, as the formatter does it.
  const found = [...text.matchAll(/`([^`]+)`/g)].map(({ index, 1: span = '' }) => ({
    index,
    code: span.replaceAll(/\s*\n\s*/g, ' '),
  }));
  const lines = blocks
    .filter(([, , language = '']) => ['sh', ''].includes(language))
    .flatMap(({ index, 3: content = '' }) => linesOf(content).map((code) => ({ index, code })));
  const spans = found.map(({ code }) => code);
  const typed = [...found.filter(({ code }) => isCommand(code)), ...lines]
    .toSorted((a, b) => a.index - b.index)
    .flatMap(({ code }) => code.split(' && '));
  return {
    commands: once(typed),
    requests: once(spans.filter((span) => /^(GET|POST|PUT|PATCH|DELETE) \//.test(span))),
    events: once(spans.filter((span) => span.startsWith('{ "mode"'))),
    settings: once([...markdown.matchAll(/ ?-c (\w+=[^\s`]+)/g)].map(([, setting = '']) => setting)),
    options: once(spans.flatMap((span) => (PROGRAM.test(span) ? [] : (span.match(/(?<=^|\s)--[a-z-]+/g) ?? [])))),
  };
}

/** The variables that a command sets and does nothing else; undefined for a command that does something. */
export function variablesOf(command: string): readonly string[] | undefined {
  return VARIABLES.test(command) ? command.split(' ').map((word) => word.replace(/=.*$/, '')) : undefined;
}

/** Not the name of a program that is spoken of: `node`. */
function isCommand(span: string): boolean {
  return PROGRAM.test(span) && !/^\w+$/.test(span);
}

/** Without comments; a line that goes on in the next one with that. */
function linesOf(block: string): readonly string[] {
  return block
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => withoutComment(line).trim())
    .filter((line) => line !== '');
}

/** A `#` begins one at the beginning of a word that is not in quotes. */
function withoutComment(line: string): string {
  const [before = ''] = /^(?:[^'"\s]#|[^'"\s#]|\s(?!#)|'[^']*'|"(?:[^"\\]|\\.)*")*/.exec(line) ?? [];
  return before;
}

function once(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
