import { utf8Length } from './item-size.ts';

/** An item holds 400 KB; the key, the time to live and the list itself take the rest. */
const LARGEST_PART_BYTES = 350 * 1000;

/** What a string in a list costs beside its own bytes. */
const ELEMENT_BYTES = 1;

/** Cuts a piece into parts that fit an item each. */
export function partsOf(userIds: readonly string[], largest = LARGEST_PART_BYTES): string[][] {
  const parts: string[][] = [];
  let room = 0;
  for (const id of userIds) {
    const bytes = utf8Length(id) + ELEMENT_BYTES;
    const current = parts.at(-1);
    if (current && bytes <= room) {
      current.push(id);
      room -= bytes;
    } else {
      parts.push([id]);
      room = largest - bytes;
    }
  }
  return parts;
}

/** The list of a run's pieces: in each attribute `piece#<n>` the number of parts that the piece has. */
export function directoryKey(runId: string): string {
  return `held#${runId}`;
}

/** A piece that fits one item stands under its number alone. */
export function partKey(runId: string, piece: number, part: number): string {
  return part === 0 ? `held#${runId}#${piece}` : `held#${runId}#${piece}.${part}`;
}

const PIECE = /^piece#(\d+)$/;

export function pieceAttribute(piece: number): string {
  return `piece#${piece}`;
}

/** @returns the number of the piece that a directory's attribute stands for; undefined for another attribute */
export function pieceOf(attribute: string): number | undefined {
  const digits = PIECE.exec(attribute)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
