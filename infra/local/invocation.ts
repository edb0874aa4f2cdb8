/** What an invocation of a function ended with: its answer, or the error as Lambda reports it to the caller. */
export type InvocationResult =
  | { ok: true; payload: unknown }
  | { ok: false; error: { errorType: string; errorMessage: string; stackTrace?: string[] } };
