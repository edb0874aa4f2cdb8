import { payload, signToken, withRawMember } from '../../unit/clerk/support/tokens.ts';
import type { KeyPair } from '../../unit/clerk/support/tokens.ts';

/** What header, usual claims and signature leave of the longest token that the verifier reads (16,384 characters), bytes. */
export const ROOM_FOR_CLAIMS = 11_400;

/** Good for an hour: a session token's minute may end while it is still being measured. */
const HOUR_SECONDS = 3_600;

/** A forged token that takes long to read. */
export interface CostlyToken {
  readonly name: string;
  readonly token: string;
}

/**
 * Claims in perfect order, as many as are read, under a signature that does not hold: all of the work, for nothing.
 * @param foreign keys that are not the instance's
 */
export function costlyTokens(foreign: KeyPair): readonly CostlyToken[] {
  const exp = Math.floor(Date.now() / 1_000) + HOUR_SECONDS;
  const withMember = (member: string): string => signToken(foreign, withRawMember(payload({ exp }), member));
  const tokens = {
    'full of one text': withMember(`"filler":"${filling(() => 'x')}"`),
    'full of escapes': withMember(`"filler":"${filling(() => String.raw`\"`)}"`),
    'full of members': withMember(`${filling((index) => `"m${index}":0,`)}"last":0`),
    'full of lists': withMember(`"filler":[${filling(() => '[],')}0]`),
    'full of nested lists': withMember(`"filler":${nested('[', '', ']')}`),
    'full of nested objects': withMember(`"filler":${nested('{"a":', '0', '}')}`),
  };
  return Object.entries(tokens).map(([name, token]) => ({ name, token }));
}

function filling(piece: (index: number) => string): string {
  let text = '';
  for (let index = 0; text.length < ROOM_FOR_CLAIMS; index += 1) text += piece(index);
  return text;
}

function nested(open: string, inmost: string, close: string): string {
  const levels = Math.floor(ROOM_FOR_CLAIMS / (open.length + close.length));
  return `${open.repeat(levels)}${inmost}${close.repeat(levels)}`;
}
