import type { StackFile } from '../../../infra/local/stack-file.ts';

/** An event as `GET /__local/events` shows it. */
export interface ShownEvent {
  readonly 'detail-type': string;
  readonly source: string;
  readonly detail: {
    readonly eventId: string;
    readonly userId: string;
    readonly revision: number;
    readonly changedFields?: readonly string[];
    readonly path: string;
  };
}

/** Everything that was put on the bus about a user, repetitions included, in the order in which the bus took it. */
export async function eventsOf({ api }: StackFile, userId: string): Promise<readonly ShownEvent[]> {
  const query = new URLSearchParams({ 'detail.userId': userId });
  const response = await fetch(`${api}/__local/events?${query.toString()}`);
  return (await response.json()) as readonly ShownEvent[];
}

/** What subscribers make of it who drop repetitions and order by revision: each change in a few words. */
export async function storyOf(stack: StackFile, userId: string): Promise<readonly string[]> {
  const byId = new Map((await eventsOf(stack, userId)).map((event) => [event.detail.eventId, event]));
  const inOrder = [...byId.values()].toSorted((a, b) => a.detail.revision - b.detail.revision);
  return inOrder.map(({ 'detail-type': type, detail: { path, changedFields = [] } }) =>
    [type, `by ${path}`, ...changedFields.toSorted()].join(' '),
  );
}

/** Lets the bus fail as told, until it is told otherwise. */
export async function busFaults({ api }: StackFile, faults: { down?: boolean; throttle?: number }): Promise<void> {
  const response = await fetch(`${api}/__local/bus`, { method: 'PUT', body: JSON.stringify(faults) });
  if (response.status !== 200) throw new Error(`The bus takes no such faults: ${await response.text()}`);
}
