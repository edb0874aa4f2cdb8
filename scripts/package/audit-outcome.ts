import { execFile } from 'node:child_process';
import { z } from 'zod';

/** What came of asking for advisories about everything that the lock file names. */
export interface AuditOutcome {
  /** 0: none that counts, or a registry without audits; 1: there are some; 2: it could not be asked, or not be understood. */
  readonly exitCode: 0 | 1 | 2;
  readonly message: string;
}

/** Low ones are read by people, and hold nobody up. */
const COUNTED = ['moderate', 'high', 'critical'] as const;

const Report = z.object({ metadata: z.object({ vulnerabilities: z.record(z.string(), z.number()) }) });
const Failure = z.object({ message: z.string(), statusCode: z.number().optional() });

/** What a registry answers that has no audits at all: there is nobody to ask. Whatever else fails hides advisories that there may be. */
const NO_AUDITS: readonly (number | undefined)[] = [404, 405, 501];

/** @param run asks npm, and resolves with what it wrote, whatever its exit code was */
export async function auditOutcome(
  directory: string,
  run: (directory: string) => Promise<string> = askNpm,
): Promise<AuditOutcome> {
  const answer = parse(await run(directory));
  const report = Report.safeParse(answer);
  if (report.success) return judge(report.data.metadata.vulnerabilities);
  const failure = Failure.safeParse(answer);
  if (failure.success && NO_AUDITS.includes(failure.data.statusCode)) {
    return {
      exitCode: 0,
      message: `NOT AUDITED: the registry has no advisories to give (${failure.data.message}). Run npm audit against one that has.`,
    };
  }
  if (failure.success) {
    return { exitCode: 2, message: `npm audit could not ask (${failure.data.message}). Run it again, or mend that.` };
  }
  return { exitCode: 2, message: 'npm audit answered what cannot be read. Run npm audit to see why.' };
}

function judge(vulnerabilities: Readonly<Record<string, number>>): AuditOutcome {
  const found = COUNTED.map((severity) => [severity, vulnerabilities[severity] ?? 0] as const);
  const text = found.map(([severity, count]) => `${count} ${severity}`).join(', ');
  if (found.every(([, count]) => count === 0)) return { exitCode: 0, message: `No advisory counts: ${text}.` };
  return { exitCode: 1, message: `Packages have advisories: ${text}. npm audit says which, and what mends them.` };
}

/** npm exits with 1 for advisories as for a registry that does not answer: what it writes tells them apart. */
function askNpm(directory: string): Promise<string> {
  return new Promise((resolve) => {
    execFile('npm', ['audit', '--json'], { cwd: directory, maxBuffer: 64 * 1024 * 1024 }, (_, stdout) =>
      resolve(stdout),
    );
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
