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

/**
 * Remembers verified tokens: a session's token comes with each request of its minute, and its signature costs more than all
 * the rest. Never holds a token that failed.
 *
 * @param size tokens remembered; the one that was not used for longest is forgotten first
 */
export function createTokenMemo(size: number): TokenMemo {
  // A Map keeps the order of insertion: putting a token in again makes it the last to go.
  const tokens = new Map<string, RememberedToken>();
  const put = (text: string, token: RememberedToken): void => {
    tokens.delete(text);
    tokens.set(text, token);
    const [oldest] = tokens.keys();
    if (tokens.size > size && oldest !== undefined) tokens.delete(oldest);
  };
  return {
    get(text) {
      const token = tokens.get(text);
      if (token) put(text, token);
      return token;
    },
    put,
    forget: (text) => void tokens.delete(text),
  };
}
