import { readdirSync, readFileSync } from 'node:fs';

/** Processor time of the local cloud's processes since they began, ms. */
export interface ProcessorTime {
  /** The cloud itself: gateway, hop, services, Clerk. */
  readonly cloud: number;
  readonly functions: number;
  readonly engine: number;
}

/** Linux counts in hundredths of a second. */
const MS_OF_A_TICK = 10;

/**
 * Of a process and all below it.
 * @returns undefined where the system has no `/proc` to tell
 */
export function processorTime(root: number): ProcessorTime | undefined {
  const all = processes();
  const own = all.get(root);
  if (own === undefined) return undefined;
  const below = descendantsOf(root, all);
  const sum = (word: string): number =>
    below.filter(({ command }) => command.includes(word)).reduce((total, { ms }) => total + ms, 0);
  return { cloud: own.ms, functions: sum('bootstrap.ts'), engine: sum('dynoxide') };
}

interface Process {
  readonly parent: number;
  readonly ms: number;
  readonly command: string;
}

function processes(): ReadonlyMap<number, Process> {
  const found = new Map<number, Process>();
  for (const id of idsOfProcesses()) {
    const known = read(id);
    if (known) found.set(id, known);
  }
  return found;
}

function idsOfProcesses(): readonly number[] {
  try {
    return readdirSync('/proc')
      .map(Number)
      .filter((id) => id > 0);
  } catch {
    return [];
  }
}

/** Undefined for one that has ended meanwhile. */
function read(id: number): Process | undefined {
  try {
    const [, text = ''] = readFileSync(`/proc/${id}/stat`, 'utf8').split(') ');
    const fields = text.split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    const command = readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return { parent: Number(fields[1]), ms: ticks * MS_OF_A_TICK, command };
  } catch {
    return undefined;
  }
}

function descendantsOf(root: number, all: ReadonlyMap<number, Process>): readonly Process[] {
  const children = [...all].filter(([, { parent }]) => parent === root);
  return children.flatMap(([id, child]) => [child, ...descendantsOf(id, all)]);
}
