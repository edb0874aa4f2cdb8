import type { OutgoingHttpHeaders } from 'node:http';
import { HttpProblem } from './problem.ts';

interface ClerkErrorText {
  readonly code: string;
  readonly message: string;
  readonly longMessage?: string;
  readonly parameter?: string;
}

/** A refusal in the shape of the schema `ClerkErrors` of Clerk's Backend API. */
function clerkProblem(status: number, error: ClerkErrorText, headers: OutgoingHttpHeaders = {}): HttpProblem {
  const longMessage = error.longMessage ?? error.message;
  const meta = error.parameter === undefined ? {} : { meta: { param_name: error.parameter } };
  const body = { errors: [{ message: error.message, long_message: longMessage, code: error.code, ...meta }] };
  return new HttpProblem(status, longMessage, body, headers);
}

/** 401: no bearer token, or not this instance's secret key. */
export function invalidSecretKey(given: boolean): HttpProblem {
  return given
    ? clerkProblem(401, {
        code: 'clerk_key_invalid',
        message: 'The secret key is not the one of this instance.',
        longMessage: 'Send the header "Authorization: Bearer <secret key>" with the secret key of this instance.',
      })
    : clerkProblem(401, {
        code: 'authentication_invalid',
        message: 'Invalid authentication',
        longMessage: 'The header "Authorization: Bearer <secret key>" is missing.',
      });
}

/** 404 with the code `resource_not_found`, by which a client knows that the thing itself does not exist. */
export function resourceNotFound(kind: 'user' | 'email address', id: string): HttpProblem {
  return clerkProblem(404, {
    code: 'resource_not_found',
    message: 'not found',
    longMessage: `No ${kind} was found with id ${id}.`,
  });
}

/**
 * 404 for a route this stand-in does not have. Its code is deliberately not `resource_not_found`, which a client would
 * take for a deleted user.
 */
export function notImitated(method: string, path: string): HttpProblem {
  return clerkProblem(404, {
    code: 'not_imitated',
    message: 'not imitated',
    longMessage: `This stand-in for Clerk does not imitate ${method} ${path}. GET / lists what it does.`,
  });
}

/** 400: a body that is no JSON object. */
export function invalidBody(reason: string): HttpProblem {
  return clerkProblem(400, {
    code: 'request_body_invalid',
    message: 'Request body invalid',
    longMessage: `The request body is invalid: ${reason}.`,
  });
}

/** 413: a body above the bound. */
export function bodyTooLarge(limit: number): HttpProblem {
  return clerkProblem(413, {
    code: 'request_body_too_large',
    message: 'Request body too large',
    longMessage: `The request body is larger than ${limit} bytes.`,
  });
}

export function missingParameter(parameter: string): HttpProblem {
  return clerkProblem(422, {
    code: 'form_param_missing',
    message: 'is missing',
    longMessage: `${parameter} must be included.`,
    parameter,
  });
}

export function unknownParameter(parameter: string, why = 'is not a valid parameter for this request'): HttpProblem {
  return clerkProblem(422, {
    code: 'form_param_unknown',
    message: 'is unknown',
    longMessage: `${parameter} ${why}.`,
    parameter,
  });
}

/** @param expected What the parameter must be, to end the sentence "x must be …". */
export function invalidParameter(parameter: string, expected: string): HttpProblem {
  return clerkProblem(422, {
    code: 'form_param_format_invalid',
    message: 'is invalid',
    longMessage: `${parameter} must be ${expected}.`,
    parameter,
  });
}

/** 422: somebody else has this email address, username or the like. */
export function identifierTaken(parameter: string): HttpProblem {
  const words = parameter.replaceAll('_', ' ');
  return clerkProblem(422, {
    code: 'form_identifier_exists',
    message: `That ${words} is taken. Please try another.`,
    parameter,
  });
}

/** 429, with the seconds to wait in `Retry-After`. */
export function tooManyRequests(retryAfterSeconds: number): HttpProblem {
  return clerkProblem(
    429,
    {
      code: 'too_many_requests',
      message: 'Too many requests',
      longMessage: `Too many requests. Try again in ${retryAfterSeconds} s.`,
    },
    { 'Retry-After': String(retryAfterSeconds) },
  );
}

/** 5xx: what a broken Clerk answers. */
export function serverFailure(status: 500 | 502 | 503): HttpProblem {
  return clerkProblem(status, { code: 'internal_clerk_error', message: 'An unexpected error occurred.' });
}
