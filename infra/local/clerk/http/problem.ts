import type { OutgoingHttpHeaders } from 'node:http';

/** A refusal on its way to the caller. Handlers throw it; the server answers with it as it is. */
export class HttpProblem extends Error {
  readonly status: number;
  readonly body: unknown;
  readonly headers: OutgoingHttpHeaders;

  constructor(status: number, message: string, body: unknown, headers: OutgoingHttpHeaders = {}) {
    super(message);
    this.name = 'HttpProblem';
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/**
 * A refusal of a control route, in the shape this project's own errors have.
 * @param message What is wrong, which field, and what to send instead.
 */
export function controlProblem(status: number, code: string, message: string): HttpProblem {
  return new HttpProblem(status, message, { error: { code, message } });
}

export function badField(field: string, expected: string): HttpProblem {
  return controlProblem(400, 'bad_request', `The field "${field}" must be ${expected}.`);
}
