/** What has been started, to be closed in the opposite order: once, whoever asks first. */
export class Closers {
  readonly #closers: (() => Promise<void> | void)[] = [];
  #closed: Promise<void> | undefined;

  add(close: () => Promise<void> | void): void {
    this.#closers.push(close);
  }

  closeAll(): Promise<void> {
    this.#closed ??= this.#run();
    return this.#closed;
  }

  /** One that fails does not keep the others open. */
  async #run(): Promise<void> {
    const errors: unknown[] = [];
    for (const close of this.#closers.toReversed()) {
      try {
        await close();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'The local cloud did not close cleanly.');
  }
}
