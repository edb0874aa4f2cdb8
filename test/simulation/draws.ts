/** Chance under a seed. Each act, message and invocation draws from a stream of its own, so that one act less changes no other. */
export interface Draws {
  /** Uniform in [0, 1). */
  next(): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number;
}

/** @param path what the stream is for: the same path under the same seed draws the same */
export function drawsOf(seed: number, ...path: readonly (string | number)[]): Draws {
  let state = path.reduce<number>((hash, part) => hashed(hash, String(part)), seed >>> 0);
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    chance: (probability) => next() < probability,
    pick: (list) => list[Math.floor(next() * list.length)]!,
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
  };
}

/** FNV-1a over the text, from where the hash stands. */
function hashed(hash: number, text: string): number {
  let mixed = (hash ^ 0x811c9dc5) >>> 0;
  for (let at = 0; at < text.length; at += 1) mixed = Math.imul(mixed ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return Math.imul(mixed ^ 0x2f, 0x01000193) >>> 0;
}
