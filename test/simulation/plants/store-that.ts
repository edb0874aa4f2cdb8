import type { UserStore } from '../../../shared/ports/user-store.ts';
import type { SimulatedTable } from '../world/table.ts';
import type { Seams } from './plant.ts';

/** A store that writes in another way, or reads. */
export function storeThat(change: (store: UserStore, table: SimulatedTable) => Partial<UserStore>): Seams {
  return { ports: (ports, _name, table) => ({ ...ports, store: { ...ports.store, ...change(ports.store, table) } }) };
}
