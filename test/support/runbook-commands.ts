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
  const text = blocks.reduce((rest, [block]) => rest.replace(block, ''), markdown);
  // A span of code may be broken over two lines, as the formatter does it.
  const spans = [...text.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span.replaceAll(/\s*\n\s*/g, ' '));
  const lines = blocks
    .filter(([, , language]) => language !== 'json')
    .flatMap(([, , , content = '']) => content.split('\n').map((line) => line.trim()))
    .filter((line) => line !== '');
  const isCommand = (span: string): boolean => /^npm run [\w-]+( -- \S.*)?$/.test(span);
  const typed = [...spans.filter((span) => PROGRAM.test(span)), ...lines];
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
