/** A program that runs the orchard until it is killed: one function blocks its process. Takes the assembly's folder. */
import { createLocalClock } from '../../../infra/local/clock.ts';
import { startLocalCloud } from '../../../infra/local/cloud/index.ts';

const cloud = await startLocalCloud({ assembly: process.argv[2] ?? '', clock: createLocalClock() });
// Long enough to be killed in between: the function's own timeout ends it after a second.
const block = async (): Promise<never> => {
  for (;;) await cloud.invoke(cloud.physicalId('Trouble'), { kind: 'spin' });
};
const blocked = block();
process.stdout.write('ready\n');
await blocked;
