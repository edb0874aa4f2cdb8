import { OTHER_PLANTS } from './other-plants.ts';
import type { Plant } from './plant.ts';
import { TABLE_PLANTS } from './table-plants.ts';

/** Faults that the simulator must see: one that never saw red proves nothing. */
export const PLANTS: readonly Plant[] = [...TABLE_PLANTS, ...OTHER_PLANTS];

export function plantNamed(name: string): Plant | undefined {
  return PLANTS.find((plant) => plant.name === name);
}
