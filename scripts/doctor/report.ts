import type { Result } from './examine.ts';

const MARKS: Readonly<Record<Result['status'], string>> = { ok: '✓', warning: '!', failed: '✗', skipped: '–' };

/** The findings for people: one line each, and what to do below those that need something. */
export function report(results: readonly Result[]): string {
  const width = Math.max(...results.map(({ name }) => name.length));
  const lines = results.flatMap(({ name, status, detail, fix }) => [
    `${MARKS[status]} ${name.padEnd(width)}  ${detail}`,
    ...(fix === '' ? [] : [`  ${''.padEnd(width)}  → ${fix}`]),
  ]);
  return `${lines.join('\n')}\n\n${summary(results)}`;
}

function summary(results: readonly Result[]): string {
  const count = (status: Result['status']): number => results.filter((result) => result.status === status).length;
  const counts = `${count('failed')} failed, ${count('warning')} to look at, ${count('skipped')} not checked`;
  return `${results.length} checks: ${count('ok')} well, ${counts}.`;
}
