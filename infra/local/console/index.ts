/**
 * The console: a page for people who want to see the mirror at work. It shows Clerk and the table side by side, what is decided
 * and why, and lets one break things and watch them heal. It only asks what runs, over HTTP, as any tool could; see docs/console.md.
 */
import { listen } from '../http/server.ts';
import type { Listener } from '../http/server.ts';
import { Actions } from './actions/actions.ts';
import { PageFiles } from './http/page-files.ts';
import { consoleServer } from './http/server.ts';
import { Live } from './live.ts';
import type { ConsolePlace } from './place.ts';
import { Watch } from './watch.ts';

export type { ConsolePlace } from './place.ts';

export interface ConsoleOptions {
  /** Absent or 0: a free one. */
  readonly port?: number;
  readonly onProblem: (message: string) => void;
}

/**
 * Serves the console on 127.0.0.1. While no page is open it costs nothing.
 * @throws when the port is taken
 */
export async function startConsole(place: ConsolePlace, { port, onProblem }: ConsoleOptions): Promise<Listener> {
  const watch = new Watch(place);
  const live = new Live(watch, onProblem);
  const parts = { watch, live, actions: new Actions(place), files: new PageFiles(), onProblem };
  const listener = await listen(consoleServer(parts), port === undefined ? {} : { port });
  return {
    ...listener,
    async close() {
      live.close();
      await listener.close();
      watch.close();
    },
  };
}
