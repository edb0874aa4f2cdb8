import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { atMost, ratio } from '../measurement.ts';
import type { Measurement } from '../measurement.ts';
import { FLOOR, NAIVE, OURS, TYPICAL } from '../subjects.ts';

/** Bytes of the bundle as it is deployed, and as the zip file that Lambda fetches has them. */
export const bundleSize: Measurement = {
  name: 'bundle size',
  seconds: { start: 1, round: 2 },
  rounds: () => 1,
  start: async (world) =>
    [OURS, NAIVE, TYPICAL, FLOOR].map((subject) => ({
      name: subject.name,
      sample: async () => {
        const bytes = readFileSync(world.bundleOf(subject));
        return { plain: bytes.length / 1_024, zipped: deflateRawSync(bytes, { level: 9 }).length / 1_024 };
      },
    })),
  rows(samples) {
    const plainOf = (name: string): readonly number[] => samples.of(name, 'plain');
    const ours = plainOf(OURS.name);
    return [
      // What it is today, and a little: it is to grow on purpose only.
      { name: 'ours', unit: 'KiB', values: ours, target: atMost(1_500) },
      { name: 'ours, zipped', unit: 'KiB', values: samples.of(OURS.name, 'zipped') },
      { name: 'naive ÷ ours', unit: '×', values: ratio(plainOf(NAIVE.name), ours) },
      { name: 'typical ÷ ours', unit: '×', values: ratio(plainOf(TYPICAL.name), ours) },
      { name: 'ours ÷ floor', unit: '×', values: ratio(ours, plainOf(FLOOR.name)) },
    ];
  },
};
