/** A signed event that could not be applied, kept for a replay. */
export interface QuarantinedEvent {
  /** The `svix-id` of the message. */
  readonly id: string;
  /** The raw body, as signed. */
  readonly body: string;
  /** A stable word for why the parser refused it. */
  readonly reason: string;
  /** When it was first refused, ms. */
  readonly firstAt: number;
  /** The user it is about, if that could be read. */
  readonly userId: string | undefined;
}

/** Where signed but unusable events wait. Every method throws StoreUnavailable. */
export interface Quarantine {
  /** Keeps the event; the first time and reason of the same id stand. */
  put(event: QuarantinedEvent): Promise<void>;
  get(id: string): Promise<QuarantinedEvent | undefined>;
}
