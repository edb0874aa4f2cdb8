import type { Mishap } from './clerk-proxy.ts';
import { answerWith } from './clerk-proxy.ts';

const JSON_TYPE = 'application/json';

/** Clerk refuses. */
export function refusal(status: number, headers: Record<string, string> = {}): Mishap {
  const errors = [{ code: 'refused_by_test', message: 'Refused.', long_message: 'Refused.' }];
  const body = JSON.stringify({ errors });
  return (response) => answerWith(response, { status, contentType: JSON_TYPE, body }, headers);
}

/** Nobody answers. */
export const silence: Mishap = () => undefined;

/** The connection ends in the middle of the body. */
export const brokenOff: Mishap = (response, { status, contentType, body }) => {
  response.writeHead(status, { 'content-type': contentType, 'content-length': String(Buffer.byteLength(body)) });
  response.write(halfOf(body), () => response.destroy());
};

/** A proxy on the way has cut the body short, and says so to nobody. */
export const cutShort: Mishap = (response, answer) => answerWith(response, { ...answer, body: halfOf(answer.body) });

/** There seem to be no users where there are some. */
export const emptyPage: Mishap = (response, answer) => answerWith(response, { ...answer, body: '[]' });

/** Fewer users than were asked for, the first of them. */
export const shortPage: Mishap = (response, answer) => {
  const users = JSON.parse(answer.body) as readonly unknown[];
  answerWith(response, { ...answer, body: JSON.stringify(users.slice(0, Math.ceil(users.length / 2))) });
};

/** The users of a page, from its middle: those before it are lost. */
export const laterHalf: Mishap = (response, answer) => {
  const users = JSON.parse(answer.body) as readonly unknown[];
  answerWith(response, { ...answer, body: JSON.stringify(users.slice(Math.ceil(users.length / 2))) });
};

/** A replica answers that lags: of the newest users it has not heard. */
export function withoutUsersSince(createdAt: number): Mishap {
  return (response, answer) => {
    const users = JSON.parse(answer.body) as readonly { readonly created_at: number }[];
    const known = users.filter((user) => user.created_at < createdAt);
    answerWith(response, { ...answer, body: JSON.stringify(known) });
  };
}

/** Somebody else answers, with a page for people. */
export function webPage(status: number): Mishap {
  const body = '<!doctype html><title>Please wait</title>';
  return (response) => answerWith(response, { status, contentType: 'text/html', body });
}

/** Another number of users than there are. */
export function countOf(users: number): Mishap {
  const body = JSON.stringify({ object: 'total_count', total_count: users });
  return (response, answer) => answerWith(response, { ...answer, body });
}

/** An answer that was given before, to another question. */
export function sameAgain(): Mishap {
  let first: string | undefined;
  return (response, answer) => {
    first ??= answer.body;
    answerWith(response, { ...answer, body: first });
  };
}

function halfOf(body: string): string {
  return body.slice(0, Math.floor(body.length / 2));
}
