import { CLERK_PLANTS } from './clerk-plants.ts';
import { NAME_PLANTS } from './name-plants.ts';
import type { Plant } from './plant.ts';
import { RECORD_PLANTS } from './record-plants.ts';
import { SENDER_PLANTS } from './sender-plants.ts';
import { WIRING_PLANTS } from './wiring-plants.ts';
import { WRITE_PLANTS } from './write-plants.ts';

/** Faults that the simulator must see: one that never saw red proves nothing. */
export const PLANTS: readonly Plant[] = [
  ...WRITE_PLANTS,
  ...NAME_PLANTS,
  ...RECORD_PLANTS,
  ...CLERK_PLANTS,
  ...SENDER_PLANTS,
  ...WIRING_PLANTS,
];

export function plantNamed(name: string): Plant | undefined {
  return PLANTS.find((plant) => plant.name === name);
}
