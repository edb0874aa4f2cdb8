import type { IncomingMessage } from 'node:http';

/** What the check looks at. */
export interface LocalRequest {
  readonly headers: Pick<IncomingMessage['headers'], 'host' | 'origin'>;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/** 127.0.0.0/8, also as an IPv6 socket shows it, and ::1. */
const LOOPBACK_ADDRESS = /^(?:(?:::ffff:)?127(?:\.\d{1,3}){3}|::1)$/;
const LOOPBACK_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i;
const SCHEME = /^https?:\/\//;

const WHERE = 'as 127.0.0.1, [::1] or localhost';

/**
 * Whether routes that need no key may answer. That the connection comes from this machine is not enough: a browser on it
 * also sends what the pages of strangers make it send. Such a page gives itself away by its `Origin`, which browsers add to
 * whatever can change something, or, when its own name was pointed at this machine (DNS rebinding), by `Host`.
 * @returns why the request is refused and what to do; undefined when it is not
 */
export function whyNotLocal({ headers, socket }: LocalRequest): string | undefined {
  const { host, origin } = headers;
  if (!LOOPBACK_ADDRESS.test(socket.remoteAddress ?? ''))
    return `The request comes from another machine. This route answers the machine that it runs on only: ask there, ${WHERE}.`;
  if (host === undefined)
    return `The Host header is missing. Send it: this route answers only when it is addressed ${WHERE}.`;
  if (!LOOPBACK_HOST.test(host))
    return `The Host header is "${host}". This route answers only when it is addressed ${WHERE}: use such a URL.`;
  if (origin === undefined || (SCHEME.test(origin) && LOOPBACK_HOST.test(origin.replace(SCHEME, '')))) return undefined;
  return `The Origin header is "${origin}". This route answers pages of this machine only: open the page ${WHERE}, or leave the header out.`;
}
