/** Plays the histories that it is given, one after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { playSeed } from './play-seed.ts';

const { plant } = workerData as { readonly plant?: string };

parentPort?.on('message', (seed: number) => {
  void playSeed(seed, plant).then((played) => parentPort?.postMessage(played, []));
});
