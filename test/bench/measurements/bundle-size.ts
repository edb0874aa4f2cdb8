import { deflateRawSync } from 'node:zlib';
import { bundleFiles } from '../../support/bundle-files.ts';
import { atMost, ratio } from '../measurement.ts';
import type { Measurement, RowDefinition } from '../measurement.ts';
import { FLOOR, NAIVE, OURS, TYPICAL } from '../subjects.ts';

/**
 * Bytes of what a start loads, of everything that is deployed, and of that as the zip file that Lambda fetches has it. The peers
 * have one file, which they load whole.
 */
export const bundleSize: Measurement = {
  name: 'bundle.authorizer',
  seconds: { start: 1, round: 2 },
  rounds: () => 1,
  start: async (world) =>
    [OURS, NAIVE, TYPICAL, FLOOR].map((subject) => ({
      name: subject.name,
      sample: async () => {
        const { atStart, all } = bundleFiles(world.bundleOf(subject));
        return { plain: kibibytes(atStart), total: kibibytes(all), zipped: kibibytes(all.map(zipped)) };
      },
    })),
  rows(samples) {
    const plainOf = (name: string): readonly number[] => samples.of(name, 'plain');
    const ours = plainOf(OURS.name);
    return [
      { suffix: '', unit: 'KiB', values: ours, target: atMost(260) },
      { suffix: '.total', unit: 'KiB', values: samples.of(OURS.name, 'total') },
      { suffix: '.zipped', unit: 'KiB', values: samples.of(OURS.name, 'zipped') },
      ...[NAIVE, TYPICAL, FLOOR].map(({ name }): RowDefinition => {
        return { suffix: `/${name}`, unit: '×', values: ratio(ours, plainOf(name)) };
      }),
    ];
  },
};

function kibibytes(files: readonly (string | Buffer)[]): number {
  return files.reduce((sum, file) => sum + Buffer.byteLength(file), 0) / 1_024;
}

function zipped(text: string): Buffer {
  return deflateRawSync(text, { level: 9 });
}
