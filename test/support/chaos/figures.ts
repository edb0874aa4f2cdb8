/** Past the reporter, which keeps quiet about tests that pass. */
export function tell(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** A number from the environment, for a short try or for one that is to come again. */
export function fromEnvironment(name: string, otherwise: number): number {
  const text = process.env[name] ?? '';
  if (text === '') return otherwise;
  const value = Number(text);
  if (!Number.isFinite(value)) throw new Error(`${name} must be a number.`);
  return value;
}

/** Says every so often how far it has come. @returns what ends that */
export function sayProgress(everyMs: number, say: () => string): () => void {
  const timer = setInterval(() => tell(say()), everyMs);
  return () => clearInterval(timer);
}
