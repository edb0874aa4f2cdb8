import { asNumber, asRecord } from '../../cloud/json.ts';
import { look } from './call.ts';

/** What time it is for the stand-in, for schedules, metrics and alarms, ms: somebody may have moved their clock. @throws Unreachable */
export async function clerkClock(clerkUrl: string): Promise<number> {
  const clock = asRecord(await look('Clerk', `${clerkUrl}/__local/clock`));
  return asNumber(clock['now']) ?? Date.now();
}
