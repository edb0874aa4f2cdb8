import type { Attempt, Delivery, DeliveryState } from './delivery.ts';
import type { Endpoints } from './endpoints.ts';
import type { DeliveryRecord } from './record.ts';

/** What `GET /__local/deliveries` shows of a delivery. Times are by the local clock, ms since 1970. */
export interface DeliveryView {
  readonly id: string;
  readonly type: string;
  readonly userId: string;
  readonly url: string;
  readonly attempts: readonly Attempt[];
  readonly state: DeliveryState;
  readonly nextAttemptAt?: number;
}

/** @returns The newest first, at most 1,000. */
export function viewDeliveries(record: DeliveryRecord, endpoints: Endpoints): DeliveryView[] {
  return record.newest().map((delivery) => {
    const waits = delivery.state === 'waiting' && !record.isSending(delivery);
    return { ...view(delivery, endpoints), ...(waits ? { nextAttemptAt: Math.ceil(delivery.dueAt) } : {}) };
  });
}

function view({ message, endpoint, attempts, state }: Delivery, endpoints: Endpoints): DeliveryView {
  const { id, type, userId } = message;
  return { id, type, userId, url: endpoints.get(endpoint)?.url ?? '', attempts, state };
}
