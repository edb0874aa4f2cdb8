import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { decodeToken } from '../../../shared/adapters/clerk/token-format.ts';
import { encode, payload } from './support/tokens.ts';

const refused = (reason: string) => ({ ok: false, reason });

/** A token in form only: who signed it makes no difference to how it is decoded. */
const tokenOf = (text: string) => `${encode({ alg: 'RS256' })}.${encode(text)}.AAAA`;

describe('the nesting of a token', () => {
  const nested = (levels: number) => JSON.parse(`${'[{"a":'.repeat(levels / 2)}0${'}]'.repeat(levels / 2)}`) as unknown;
  const decoded = (claims: Readonly<Record<string, unknown>>) => decodeToken(tokenOf(JSON.stringify(payload(claims))));

  it('may have 32 levels, the payload itself being one', () => {
    expect(decoded({ o: { a: nested(30) } })).toMatchObject({ ok: true });
    expect(decoded({ o: { a: [nested(30)] } })).toEqual(refused('malformed'));
  });

  it('is not what stands in a text, or one after the other', () => {
    const claims = {
      text: '[{"'.repeat(200),
      escaped: String.raw`\"[`.repeat(200),
      lists: Array.from({ length: 200 }, () => []),
    };
    expect(decoded(claims)).toMatchObject({ ok: true });
  });

  it('is refused before the parser goes down into it', () => {
    const parse = vi.spyOn(JSON, 'parse');
    try {
      expect(decodeToken(tokenOf(`{"a":${'['.repeat(5_000)}`))).toEqual(refused('malformed'));
      // The header alone.
      expect(parse).toHaveBeenCalledTimes(1);
    } finally {
      parse.mockRestore();
    }
  });

  it.each(['"', '{"a', '{"a":"\\', '}]}]', '{]', '{"a":"b":1}'])('of what is no JSON does not matter: %s', (text) => {
    expect(decodeToken(tokenOf(text))).toEqual(refused('malformed'));
  });
});

describe('any claims whatever', () => {
  const json = fc.jsonValue({ maxDepth: 5 });

  it('are decoded to what they are', () => {
    const texts = fc.dictionary(fc.string({ unit: 'binary' }), json).map((claims) => JSON.stringify(claims));
    fc.assert(
      fc.property(texts, (text) => {
        expect(decodeToken(tokenOf(text))).toEqual({ ok: true, payload: JSON.parse(text) as unknown });
      }),
    );
  });

  it('are refused with a member twice, wherever it is', () => {
    const member = fc.tuple(fc.string(), json, json).map(([name, one, other]) => {
      const [key, value, again] = [name, one, other].map((each) => JSON.stringify(each));
      return `{"deep":[{${key}:${value},"between":${again},${key}:${again}}]}`;
    });
    fc.assert(
      fc.property(member, (text) => {
        expect(decodeToken(tokenOf(text))).toEqual(refused('duplicate-member'));
      }),
    );
  });
});
