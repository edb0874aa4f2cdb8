/** What is sent: the same text, under the same id, to every endpoint and at every attempt. */
export interface Message {
  /** The header `svix-id`. */
  readonly id: string;
  readonly type: string;
  readonly userId: string;
  readonly payload: string;
}

export interface Attempt {
  /** By the local clock, ms since 1970. */
  readonly at: number;
  /** The endpoint's status; 0 when it gave no answer in time. */
  readonly status: number;
}

export type DeliveryState = 'waiting' | 'delivered' | 'failed' | 'dropped';

/** One message on its way to one endpoint. */
export interface Delivery {
  readonly message: Message;
  /** Position of the endpoint; its address may change between two starts, its position and secret do not. */
  readonly endpoint: number;
  /** Orders deliveries that are due at the same time. */
  readonly sequence: number;
  readonly attempts: Attempt[];
  state: DeliveryState;
  /** When the next attempt is due, by the local clock; meaningless unless waiting. */
  dueAt: number;
  failures: number;
}

/** The order in which waiting deliveries go out. */
export function compareDue(left: Delivery, right: Delivery): number {
  return left.dueAt - right.dueAt || left.sequence - right.sequence;
}
