import console from 'node:console';
import { format } from 'node:util';

export interface ErrorReport {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly stackTrace: string[];
}

export interface RuntimeConsole {
  /** Notes an error as Lambda's runtime does: through whatever stands at `console.error`, which may be the function's own. */
  noteError(what: string, error: unknown): void;
}

/**
 * Puts in place of Node's `console.error` one that writes lines as Lambda's runtime does, in the function's log format.
 *
 * @param requestId of the invocation that is running
 */
export function patchConsole(logFormat: string | undefined, requestId: () => string | undefined): RuntimeConsole {
  const isJson = logFormat === 'JSON';
  const line = isJson ? jsonLine : textLine;
  console.error = (...data: unknown[]) => void process.stderr.write(`${line(requestId(), data)}\n`);
  return {
    noteError(what, error) {
      if (isJson) console.error(error);
      else console.error(what, JSON.stringify(reportOf(error)));
    },
  };
}

export function reportOf(error: unknown, errorType?: string): ErrorReport {
  if (!(error instanceof Error))
    return { errorType: errorType ?? typeof error, errorMessage: String(error), stackTrace: [] };
  const stackTrace = (error.stack ?? '').split('\n').slice(1);
  return { errorType: errorType ?? error.name, errorMessage: error.message, stackTrace };
}

function jsonLine(requestId: string | undefined, data: readonly unknown[]): string {
  const [first] = data;
  const message = data.length === 1 && first instanceof Error ? reportOf(first) : format(...data);
  return JSON.stringify({ timestamp: new Date().toISOString(), level: 'ERROR', requestId, message });
}

function textLine(requestId: string | undefined, data: readonly unknown[]): string {
  return `${new Date().toISOString()}\t${requestId}\tERROR\t${format(...data)}`;
}
