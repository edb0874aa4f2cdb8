/**
 * `npm run doctor`: examines the local cloud that runs here or, with `--stack NAME`, a deployed stack with the caller's AWS
 * credentials: keys, tokens, webhook, table, runs, schedules, alarms, API. It changes nothing; the one event that it sends to the
 * webhook is of a type that nothing is done with.
 *
 * Exits 0 if nothing failed, 1 otherwise, 2 for a wrong option. With `--json` the last thing on standard output is one document,
 * `{ ok, checks: [{ name, ok, status, detail, fix }] }`. What it prints holds neither a secret nor a token.
 */
import { resolve } from 'node:path';
import { CHECKS } from './doctor/checks/index.ts';
import type { Result } from './doctor/examine.ts';
import { examine, result, toldOf } from './doctor/examine.ts';
import { failed } from './doctor/finding.ts';
import { admit } from './doctor/patient.ts';
import { findPlace } from './support/place.ts';
import { report } from './doctor/report.ts';
import { readArguments, refuse } from './support/arguments.ts';

const USAGE = 'npm run doctor -- [--stack NAME] [--api URL] [--token SESSION_TOKEN] [--json]';

const { stack, api, token, json } = readArguments(
  {
    stack: { type: 'string' },
    api: { type: 'string' },
    token: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  USAGE,
);
if (api !== undefined && !/^https?:\/\//.test(api)) refuse('--api takes the URL where the API is reached.', USAGE);

const results = await examined();
const isWell = results.every(({ ok }) => ok);
const say = json ? console.error : console.log;
say(report(results));
if (json) console.log(JSON.stringify({ ok: isWell, checks: results }));
process.exitCode = isWell ? 0 : 1;

async function examined(): Promise<readonly Result[]> {
  try {
    const place = await findPlace({ stack, api, token, stackFile: resolve('.local/stack.json') });
    const patient = await admit(place);
    return await examine(CHECKS, patient).finally(() => patient.close());
  } catch (error) {
    // Nothing can be examined that is not found.
    return [result('deployment', failed(toldOf(error), 'Mend that first: without it nothing else can be looked at.'))];
  }
}
