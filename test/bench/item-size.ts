/**
 * Bytes of an item as DynamoDB counts them: names and values in UTF-8, a number with a byte for two digits and one more. Only
 * texts and numbers, which is all that the index has.
 *
 * @throws for another type of attribute
 */
export function sizeOfItem(item: Readonly<Record<string, unknown>>): number {
  return Object.entries(item).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + sizeOfValue(name, value),
    0,
  );
}

function sizeOfValue(name: string, value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(Math.abs(value)).length / 2) + 1;
  throw new Error(`The size of ${name}, which is neither a text nor a number, is not known.`);
}
