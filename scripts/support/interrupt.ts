/**
 * Runs `stop` once when the process is asked to end (Ctrl-C, kill, a closed terminal), then ends with the signal's exit code.
 * A second Ctrl-C does not wait.
 */
export function onInterrupt(stop: () => Promise<void>): void {
  let stopping = false;
  const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(codes[signal]);
      stopping = true;
      void stop()
        .catch((error: unknown) => console.error(error instanceof Error ? error.message : String(error)))
        .finally(() => process.exit(codes[signal]));
    });
  }
}
