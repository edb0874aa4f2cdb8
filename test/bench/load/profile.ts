import type { Profiler } from 'node:inspector';

/** Where a process of the local cloud was whenever it was looked at, ms: by folder of the project. */
export type TimeByPart = Readonly<Record<string, number>>;

/** The first that a file's address contains. */
const PARTS: readonly (readonly [string, string])[] = [
  ['/infra/local/cloud/http-api/', 'gateway'],
  ['/infra/local/cloud/lambda/', 'process hop'],
  ['/infra/local/process/', 'process hop'],
  ['/infra/local/dynamodb/', 'way to the table'],
  ['/infra/local/cloud/streams/', 'stream'],
  ['/infra/local/clerk/', 'Clerk'],
  ['/infra/local/http/', 'reading requests'],
  ['/infra/local/', 'rest of the cloud'],
];
const NOTHING_TO_DO = '(idle)';

/**
 * Sums up a profile. What Node and the engine do is put down to whom they do it for: the nearest caller of the project. What has
 * none, such as reading from sockets and collecting garbage, is Node's own.
 */
export function timeByPart({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): TimeByPart {
  const partOf = partsOf(nodes);
  const sums = new Map<string, number>();
  for (const [n, id] of samples.entries()) {
    const part = partOf.get(id);
    if (part !== undefined) sums.set(part, (sums.get(part) ?? 0) + (timeDeltas[n] ?? 0) / 1_000);
  }
  return Object.fromEntries(sums);
}

function partsOf(nodes: readonly Profiler.ProfileNode[]): ReadonlyMap<number, string> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parts = new Map<number, string>();
  const visit = (node: Profiler.ProfileNode, caller: string): void => {
    const { url, functionName } = node.callFrame;
    const part = PARTS.find(([folder]) => url.includes(folder))?.[1] ?? caller;
    if (functionName !== NOTHING_TO_DO) parts.set(node.id, part);
    for (const id of node.children ?? []) {
      const child = byId.get(id);
      if (child) visit(child, part);
    }
  };
  const [root] = nodes;
  if (root) visit(root, 'Node');
  return parts;
}
