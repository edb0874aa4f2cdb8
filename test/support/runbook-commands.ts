/** What a text in Markdown tells a reader to type or to send. */
export interface Told {
  /** `npm run …`, whole, each once. */
  readonly commands: readonly string[];
  /** `METHOD /path`, each once. */
  readonly requests: readonly string[];
  /** Events for the reconciler, as JSON. */
  readonly events: readonly string[];
  /** Settings of a deployment, `name=value`. */
  readonly settings: readonly string[];
  /** Options by themselves: `--force`. */
  readonly options: readonly string[];
  /** What looks like a command and is none of these: nothing could run it. */
  readonly others: readonly string[];
}

/** Programs that a runbook might call. */
const PROGRAM =
  /^(?:\$ |sudo )?(?:npm|npx|node|aws|cdk|sam|curl|wget|jq|git|docker|sh|bash|python3?|sqlite3|clerk|svix|for|while|export|[A-Z_]+=\S*)(?:\s|$)/;
/** `npm start` begins what everything else here goes by. */
const KNOWN = new Set(['npm start']);

export function toldBy(markdown: string): Told {
  const blocks = [...markdown.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```$/gm)];
  // What is left stays where it was, so that everything can be put in the order of the text.
  const text = blocks.reduce((rest, [block]) => rest.replace(block, ' '.repeat(block.length)), markdown);
  // A span of code may be broken over two lines, as the formatter does it.
  const found = [...text.matchAll(/`([^`]+)`/g)].map(({ index, 1: span = '' }) => ({
    index,
    code: span.replaceAll(/\s*\n\s*/g, ' '),
  }));
  const lines = blocks
    .filter(([, , language]) => language !== 'json')
    .flatMap(({ index, 3: content = '' }) => content.split('\n').map((line) => ({ index, code: line.trim() })))
    .filter(({ code }) => code !== '');
  const isCommand = (code: string): boolean => /^npm run [\w-]+( -- \S.*)?$/.test(code) && !/[|;&<>$]/.test(code);
  const spans = found.map(({ code }) => code);
  const typed = [...found.filter(({ code }) => PROGRAM.test(code)), ...lines]
    .toSorted((a, b) => a.index - b.index)
    .map(({ code }) => code);
  return {
    commands: once(typed.filter(isCommand)),
    requests: once(spans.filter((span) => /^(GET|POST|PUT|PATCH|DELETE) \//.test(span))),
    events: once(spans.filter((span) => span.startsWith('{ "mode"'))),
    settings: once([...markdown.matchAll(/ ?-c (\w+=[^\s`]+)/g)].map(([, setting = '']) => setting)),
    options: once(spans.flatMap((span) => (PROGRAM.test(span) ? [] : (span.match(/(?<=^|\s)--[a-z-]+/g) ?? [])))),
    others: once(typed.filter((command) => !isCommand(command) && !KNOWN.has(command))),
  };
}

function once(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
