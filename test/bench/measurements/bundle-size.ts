import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { atMost, ratio } from '../measurement.ts';
import type { Measurement, RowDefinition } from '../measurement.ts';
import { FLOOR, NAIVE, OURS, TYPICAL } from '../subjects.ts';

/** Bytes of the bundle as it is deployed, and as the zip file that Lambda fetches has them. */
export const bundleSize: Measurement = {
  name: 'bundle.authorizer',
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
      { suffix: '', unit: 'KiB', values: ours, target: atMost(260) },
      { suffix: '.zipped', unit: 'KiB', values: samples.of(OURS.name, 'zipped') },
      ...[NAIVE, TYPICAL, FLOOR].map(({ name }): RowDefinition => {
        return { suffix: `/${name}`, unit: '×', values: ratio(ours, plainOf(name)) };
      }),
    ];
  },
};
