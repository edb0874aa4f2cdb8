import { webhookEvent } from '../events.ts';
import type { Count } from '../meter.ts';
import { claimTable } from '../mirrors.ts';
import { PARTS } from '../subjects.ts';
import type { Subject } from '../subjects.ts';
import { authorizerEvent } from '../tokens.ts';
import { benchUser } from '../user.ts';
import type { BenchUser } from '../user.ts';
import type { World } from '../world.ts';
import { countUnchanged } from '../measurements/unchanged.ts';
import type { Counted } from './prices.ts';

const TIMES = 40;
const USER = benchUser('user_costly');

/** A request of somebody who is as she was, half of them with a token not seen before. */
export async function unchangedRequest(world: World, subject: Subject): Promise<Counted> {
  const {
    readCalls = 0,
    readUnits = 0,
    writeCalls = 0,
    writeUnits = 0,
    metricCalls = 0,
    logBytes = 0,
  } = await countUnchanged(world, subject);
  return countedOf({ readCalls, readUnits, writeCalls, writeUnits, metricCalls, logBytes }, 1);
}

/** A request whose token brings another last name. */
export async function changedRequest(world: World, subject: Subject): Promise<Counted> {
  await (await world.host.mirrorOf(subject)).put(USER);
  const started = await world.host.startCounted(subject);
  const events = changes().map((user) => authorizerEvent(world.issuer.token(user)));
  const { allowed } = await started.run({ events, times: 1 });
  return countedAll(await started.end(), allowed);
}

/** A signed event that brings another last name, or a user whom the table does not have. */
export async function webhook(world: World, subject: Subject, outcome: 'updated' | 'created'): Promise<Counted> {
  await claimTable(await world.host.tableOf(subject), world.issuer.instanceId);
  await (await world.host.mirrorOf(subject)).put(USER);
  const started = await world.host.startCounted(subject);
  const users = outcome === 'updated' ? changes() : newUsers();
  const events = users.map((user) => webhookEvent(world.issuer, `user.${outcome}`, user));
  // The parts compare nothing: to them everybody was there.
  const expectedBody = JSON.stringify({ outcome: subject === PARTS ? 'updated' : outcome });
  const { asExpected } = await started.run({ events, times: 1, expectedBody });
  return countedAll(await started.end(), asExpected);
}

function changes(): readonly BenchUser[] {
  return Array.from({ length: TIMES }, (_, n) => {
    return { ...USER, lastName: `Example ${n + 1}`, updatedAt: USER.updatedAt + (n + 1) * 60_000 };
  });
}

function newUsers(): readonly BenchUser[] {
  return Array.from({ length: TIMES }, (_, n) => benchUser(`user_costlyNew${n}`));
}

type Spent = Omit<Count, 'userWriteUnits'> & { readonly logBytes: number };

/** @throws when one came to something else: something else would have been counted */
function countedAll(spent: Spent, asExpected: number): Counted {
  if (asExpected !== TIMES) throw new Error(`Of ${TIMES} changes ${asExpected} came to what was expected.`);
  return countedOf(spent, TIMES);
}

/** For each of so many. */
export function countedOf(spent: Spent, times: number): Counted {
  const { readUnits, writeUnits, logBytes, metricCalls, readCalls, writeCalls } = spent;
  const calls = readCalls + writeCalls + metricCalls;
  return {
    readUnits: readUnits / times,
    writeUnits: writeUnits / times,
    logBytes: logBytes / times,
    metricCalls: metricCalls / times,
    calls: calls / times,
  };
}
