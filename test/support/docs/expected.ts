import { blocksOf, read } from './pages.ts';

export interface Expected {
  /** What is said on either output. */
  readonly says: RegExp;
  readonly code: number;
}

/** What the README says that the demo prints; behind the name of a step stands more. */
function demoOfReadme(): RegExp {
  const [demo = ''] = blocksOf({ path: 'README.md', text: read('README.md') })
    .filter(({ language }) => language === 'text')
    .map(({ content }) => content);
  const lines = demo.split('\n').filter((line) => line !== '');
  if (lines.length < 9) throw new Error('The README does not show the demo any more.');
  return new RegExp(lines.map((line) => line.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)).join('[\\s\\S]*'));
}

/** By what a command is like: the first that fits. */
const EXPECTED: readonly (readonly [command: RegExp, says: RegExp, code?: number])[] = [
  [/^npm run demo$/, demoOfReadme()],
  [/^npm run sync .*--dry-run --json/, /^\{"status":"in-sync",.*"created":0/m],
  [/^npm run sync .*--force --json/, /^\{"status":"in-sync",.*"suspects":0/m],
  [/^npm run sync .*--dry-run/, /^status +in-sync$[\s\S]*^would be created +0$/m],
  [/^npm run sync .*--approve-deletions/, /^status +repaired$[\s\S]*^deleted +[1-9]/m],
  [/^npm run sync .*--since/, /^status +in-sync$[\s\S]*^users in Clerk +[1-9]/m],
  [/^npm run sync .*--user/, /^users in Clerk +1$/m],
  [/^npm run sync/, /^status +(in-sync|repaired)$[\s\S]*^users in the table +[1-9]/m],
  [/^npm run (quarantine|failures|recover)$/, /Usage: npm run \w+ -- /, 2],
  [/^npm run quarantine -- list/, /^(Nothing is|\d+) in quarantine\.$/m],
  [/^npm run quarantine -- replay/, /^msg_\S+ {2}(created|stale)$/m],
  [/^npm run quarantine -- dismiss/, /^msg_\S+ {2}dismissed$/m],
  [/^npm run failures -- list/, /^Nothing was given up\.$/m],
  [/^npm run failures -- retry/, /sent to the reconciler again, mode incremental$/m],
  [/^npm run failures -- drop/, /dropped$/m],
  [/^npm run recover -- restore/, /^restored-\d can be read\. Go on with: npm run recover -- app --from restored-\d/m],
  [/^npm run recover -- app .*--dry-run/, /^0 users would get attributes back[\s\S]*^Nothing was written\./m],
  [/^npm run recover -- app/, /^0 users got attributes back, \d+ had them all[\s\S]*holds personal data\.$/m],
  [/^npm run doctor$/, /^\d+ checks: \d+ well, 0 failed/m],
  // The local engine protects no table, and no name of API Gateway's leads here.
  [/^npm run doctor .*--token/, /^✓ token[\s\S]*^✗ table-protection[\s\S]*^✗ api/m, 1],
  [/^npm run doctor .*--stack/, /^✓ secret-key[\s\S]*^✗ table-protection[\s\S]*^✗ api/m, 1],
  [/^key=/, /^cds_[\w-]{43,}$/m],
  [/^printf %s "\$key"/, /^[0-9a-f]{64}$/m],
  [/^printf %s ada@/, /^b5fc85e55755f9e0$/m],
  [/^API=/, /^http:\/\/127\.0\.0\.1:\d+$/m],
  [/^ADMIN_KEY=/, /^cds_[\w-]{43,}$/m],
  [/\/sync-users\?|\/approve-deletions"$/, /^\{"runId":"\w+","status":"requested"\}$/m],
  [/\/sync-runs\?/, /^\{"runs":\[\{"runId":/],
  [/\/sync-runs\/\$RUN"$/, /^\{"runId":"\w+","mode":"\w+","status":"in-sync"/],
  [/\/sync"$/, /"outcome":"unchanged"/],
  [/\/restore"$/, /"outcome":"restored"/],
  [/\/erase"$/, /"outcome":"erased"/],
  [/\/quarantine\?user=/, /^\{"events":\[\{"id":"msg_/],
  [/\/replay"$/, /^\{"id":"msg_\w+","outcome":"stale"\}$/m],
  [/\/dismiss"$/, /^\{"id":"msg_\w+","outcome":"dismissed"\}$/m],
  [/-X PUT .*\/roster\/ada/, /"email":"ada@example\.com","cohort":"autumn","attributes":\{"desk":"4b"\}/],
  // The one who was put in by the command before it is in the file as well.
  [/\/roster\/import"$/, /^\{"created":1,"updated":0,"unchanged":1,"refused":0,/],
  [/\/roster\?/, /"email":"ada@example\.com"[\s\S]*"linkedUserId":"user_/],
  [/\/link"$/, /^\{"outcome":"linked"\}$/m],
  [/\/unlink"$/, /^\{"outcome":"unlinked"\}$/m],
  [/-X DELETE .*\/roster\//, /^\{"outcome":"deleted"\}$/m],
  [/\/conflicts"$/, /^\{"conflicts":\[\],"next":null\}$/m],
  // An address is not in the record, but the beginning of its hash, which the next command of the page works out.
  [/\/audit\?/, /"action":"[\w-]+","target":"sha256:b5fc85e55755f9e0"/],
  [/\/whoami"$/, /^\{"id":"user_\w+","email":"person\d+@example\.com"/],
];

/** @throws Error for a command of which nobody has said what it prints */
export function expectedOf(command: string): Expected {
  const [, says, code = 0] = EXPECTED.find(([pattern]) => pattern.test(command)) ?? [];
  if (says === undefined) throw new Error(`Say in ${import.meta.filename} what this prints: ${command}`);
  return { says, code };
}
