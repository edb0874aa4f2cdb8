import type { VerifiedToken } from '../../ports/token-verifier.ts';

/** A verified token and what it owes that to. */
export interface RememberedToken {
  readonly token: VerifiedToken;
  /** The key that verified it, PEM: it is good only as long as that key is. */
  readonly key: string;
  /** ms. */
  readonly verifiedAt: number;
}

/** Verified tokens by their exact text. */
export interface TokenMemo {
  get(text: string): RememberedToken | undefined;
  put(text: string, token: RememberedToken): void;
  forget(text: string): void;
}

export interface MemoLimits {
  readonly tokens: number;
  /** Of all tokens' texts together; base64url has one byte a character. */
  readonly bytes: number;
}

/**
 * Remembers verified tokens: a session's token comes with each request of its minute, and its signature costs more than all
 * the rest. Never holds a token that failed.
 *
 * @param limits the token that was not used for longest is forgotten first
 */
export function createTokenMemo(limits: MemoLimits): TokenMemo {
  // A Map keeps the order of insertion: putting a token in again makes it the last to go.
  const tokens = new Map<string, RememberedToken>();
  let bytes = 0;
  const forget = (text: string): void => {
    if (tokens.delete(text)) bytes -= text.length;
  };
  const put = (text: string, token: RememberedToken): void => {
    forget(text);
    tokens.set(text, token);
    bytes += text.length;
    for (const oldest of tokens.keys()) {
      if (tokens.size <= limits.tokens && bytes <= limits.bytes) return;
      forget(oldest);
    }
  };
  return {
    get(text) {
      const token = tokens.get(text);
      if (token) put(text, token);
      return token;
    },
    put,
    forget,
  };
}
