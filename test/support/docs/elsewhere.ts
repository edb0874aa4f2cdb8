import { pages } from './pages.ts';
import { toldBy, variablesOf } from './told.ts';

/** Why no test types a command as it stands, and what shows that it works all the same. */
export interface Elsewhere {
  readonly why: string;
  /** A file, and words of it. Missing for what is not ours and only spoken of. */
  readonly shownBy?: readonly [file: string, words: string];
}

/**
 * Every command of the documentation that `test/e2e/documentation.test.ts` does not run, by how it begins. Whatever a page says
 * besides is run.
 */
export const ELSEWHERE: Readonly<Record<string, Elsewhere>> = {
  'npm ci': { why: 'installs everything anew: CI begins with it, in a fresh clone', shownBy: ['.ci/run', 'npm ci'] },
  'npm test': { why: 'is what runs this', shownBy: ['.ci/run', 'npm test'] },
  'npm run check': { why: 'a minute; CI ends with it', shownBy: ['.ci/run', 'npm run check'] },
  'npm run audit-lock': {
    why: 'asks a registry; CI does, and what comes of an answer is tested',
    shownBy: ['test/unit/audit-outcome.test.ts', 'auditOutcome('],
  },
  'npm run test:long': { why: 'an hour', shownBy: ['package.json', '--config test/long/vitest.config.ts'] },
  'npm start': { why: 'run by a test of its own', shownBy: ['test/e2e/start.test.ts', 'scripts/start.ts'] },
  'npm run simulate': {
    why: 'hours with thousands of histories: a test takes the commands out of the page and plays four',
    shownBy: ['test/simulation/command.test.ts', "'docs/simulation.md'"],
  },
  'npm run bench': {
    why: 'from minutes to an hour: options are read by its own parser, short measurements run by a test of its own',
    shownBy: ['test/long/bench-command.test.ts', 'scripts/bench.ts'],
  },
  'npm run docs': {
    why: 'writes into the repository: what it would write is compared with what is there',
    shownBy: ['test/unit/docs/configuration.test.ts', 'toBe(configurationDocument())'],
  },
  'npm run openapi': {
    why: 'writes into the repository: what it would write is compared with what is there',
    shownBy: ['test/unit/openapi.test.ts', 'openApiDocument()'],
  },
  'npm run licences': {
    why: 'writes into the repository: what it would write is compared with what is there',
    shownBy: ['test/infra/bundle.test.ts', 'toBe(describeLicences('],
  },
  'npm run deploy': {
    why: 'needs an AWS account: settings are read by the app, the logic is tested, what is deployed is synthesised',
    shownBy: ['test/unit/deploy/deploy.test.ts', 'deploy('],
  },
  'npm run destroy': {
    why: 'needs an AWS account: the logic is tested',
    shownBy: ['test/unit/deploy/deploy.test.ts', 'destroy('],
  },
  'npx cdk synth': {
    why: 'run by a test of its own, into another folder',
    shownBy: ['test/infra/synth.test.ts', "'docs/regions.md'"],
  },
  'npx cdk bootstrap': { why: "the CDK's own, before the first deployment into an account: there is none here" },
  'cdk deploy': { why: 'needs an AWS account', shownBy: ['scripts/deploy/deploy.ts', "'deploy'"] },
  'cdk destroy': { why: 'needs an AWS account', shownBy: ['scripts/deploy/destroy.ts', "'destroy'"] },
  'npm pack': { why: 'run by a test of its own', shownBy: ['test/support/package/shop.ts', "'pack'"] },
  'npm install': { why: 'run by a test of its own', shownBy: ['test/support/package/shop.ts', "'install'"] },
  'npx vitest run': { why: 'a test, which is run with all the others: its file has to be there' },
  'npm publish': { why: 'told as what refuses, and as what somebody who publishes does: nobody does yet' },
  'npm audit': {
    why: 'asks a registry; `npm run audit-lock` does',
    shownBy: ['scripts/package/audit-outcome.ts', "'audit'"],
  },
  'npm ls --omit=dev': { why: 'told as what shows nothing' },
  'git log': { why: "git's own" },
};

/** The entry of the table that a command has; undefined for one that is run. */
export function elsewhere(command: string): string | undefined {
  const bare = command.replace(/^(?:[A-Z_]+=\S* )+/, '');
  return Object.keys(ELSEWHERE).find((start) => bare === start || bare.startsWith(`${start} `));
}

/** Every command that a page has, in the order of the pages, and that is to be run: each once. */
export function commandsToRun(): readonly string[] {
  const all = pages().flatMap(({ text }) => toldBy(text).commands);
  const commands = all.filter((command) => isToRun(command));
  const seen = new Set<string>();
  return commands.filter((command) => seen.size < seen.add(sameAs(command)).size);
}

/** Variables by themselves are settings of tests, and what is in lower case is set in a shell. */
export function isToRun(command: string): boolean {
  return elsewhere(command) === undefined && (variablesOf(command) === undefined || command.includes('$('));
}

/** Names of stacks and times are the reader's, and options have no order. */
function sameAs(command: string): string {
  if (!command.startsWith('npm run ')) return command;
  const [script = '', rest = ''] = command.split(/ -- (.*)/);
  const words = rest.replaceAll(/\b(?:clerk-sync-\w+|NAME)\b/g, 'STACK').replaceAll(/\b\d+h\b/g, 'TIME');
  return [script, ...words.split(/ (?=--)/).toSorted()].join(' ');
}
