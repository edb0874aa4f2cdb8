/** The headers that a signature covers or is in. */
export interface SignedHeaders {
  readonly messageId: string;
  /** Of this attempt, s since the epoch. */
  readonly timestamp: number;
  /** Each with its version in front: `v1,…`. */
  readonly signatures: readonly string[];
}

/**
 * Each signature costs a comparison, and junk is free to send: a longer list is not looked at. A rotation needs two of 47
 * characters; API Gateway itself takes 10,240 for all headers.
 */
const LONGEST_SIGNATURE_LIST = 4_096;

/** What Svix sends. Without dots: the signed text is the id, the timestamp and the body with dots between. */
const MESSAGE_ID = /^[\w-]{1,128}$/;
const SECONDS = /^\d{1,12}$/;

/** A version, a comma, a signature; blanks stand between several. Two commas without a blank between are a joint. */
const JOINED = /,[^ ]*,/;

/**
 * Picks out the signed headers, whatever the case of their names.
 *
 * @returns undefined when one is missing, or not as Svix writes it. So is one that came twice: API Gateway joins the values
 * by a comma, and which of them would have been signed nobody can tell.
 */
export function signedHeaders(headers: Readonly<Record<string, string | undefined>>): SignedHeaders | undefined {
  const messageId = only(headers, 'svix-id');
  const timestamp = only(headers, 'svix-timestamp');
  const signatures = only(headers, 'svix-signature');
  if (messageId === undefined || timestamp === undefined || signatures === undefined) return undefined;
  if (!MESSAGE_ID.test(messageId) || !SECONDS.test(timestamp)) return undefined;
  if (signatures.length > LONGEST_SIGNATURE_LIST || JOINED.test(signatures)) return undefined;
  return { messageId, timestamp: Number(timestamp), signatures: signatures.split(' ') };
}

/** The header's value, if it has one and only one. */
function only(headers: Readonly<Record<string, string | undefined>>, name: string): string | undefined {
  const values = Object.entries(headers).filter(([each]) => each.toLowerCase() === name);
  return values.length === 1 ? values[0]?.[1] : undefined;
}
