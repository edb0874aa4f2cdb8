/** An item that this version cannot have written: repeating the read cannot help. The message names no value. */
export class MalformedItem extends Error {
  readonly code = 'malformed_item';
  override readonly name = 'MalformedItem';
  /** The attribute that is not what it must be, where it is one. */
  readonly attribute: string | undefined;

  constructor(message: string, attribute?: string) {
    super(message);
    this.attribute = attribute;
  }
}
