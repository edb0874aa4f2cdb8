const SAME_SIGNAL_MS = 1_000;

/**
 * Runs `stop` once when the process is asked to end (Ctrl-C, kill, a closed terminal), then ends with the signal's exit code.
 * A second Ctrl-C does not wait; within a second of the first it is the same one, which npm and the terminal both pass on.
 */
export function onInterrupt(stop: () => Promise<void>): void {
  let stoppingSince: number | undefined;
  const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stoppingSince !== undefined) {
        if (Date.now() - stoppingSince > SAME_SIGNAL_MS) process.exit(codes[signal]);
        return;
      }
      stoppingSince = Date.now();
      void stop()
        .catch((error: unknown) => console.error(error instanceof Error ? error.message : String(error)))
        .finally(() => process.exit(codes[signal]));
    });
  }
}

/**
 * Runs a command to its end, which on Ctrl-C is where it can stop.
 * @param run returns the exit code
 * @param stop tells `run` to stop
 */
export async function runUntilInterrupted(run: () => Promise<number>, stop: AbortController): Promise<void> {
  const running = run();
  onInterrupt(async () => {
    stop.abort();
    await running;
  });
  process.exitCode = await running;
}
