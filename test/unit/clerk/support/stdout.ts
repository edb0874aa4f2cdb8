import { vi } from 'vitest';

/** Catches whole lines of JSON that are written to standard output while `run` runs. */
export async function linesOf(run: () => Promise<void> | void): Promise<Record<string, unknown>[]> {
  let text = '';
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((chunk: string | Uint8Array) => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    return true;
  });
  try {
    await run();
  } finally {
    spy.mockRestore();
  }
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
