import type { StackFile } from '../../infra/local/stack-file.ts';

/** What `npm start` prints once everything runs: where it is and what to try, as commands to paste. */
export function welcome(stack: StackFile, userId: string, notImitated: readonly string[]): string {
  const token = `TOKEN=$(curl -s ${stack.clerk}/__local/tokens -d '{"userId":"${userId}"}' | node -pe 'JSON.parse(fs.readFileSync(0)).token')`;
  return `
Running. Ctrl-C stops it.

  Console      ${stack.console}   (open it: Clerk and the table side by side, live)
  API          ${stack.api}
  Clerk        ${stack.clerk}   (a stand-in; it speaks Clerk's Backend API)
  DynamoDB     ${stack.dynamodb}   table ${stack.tableName}
  Everything   .local/stack.json has every address and key

Try it:

  # A session token of a sample user, and a request that carries her whole mirrored user
  ${token}
  curl -s ${stack.api}/whoami -H "Authorization: Bearer $TOKEN"

  # Change her name in Clerk; the webhook brings it into the table
  curl -s -X PATCH ${stack.clerk}/v1/users/${userId} -H 'Authorization: Bearer ${stack.secretKey}' \\
    -H 'Content-Type: application/json' -d '{"first_name":"Augusta"}' > /dev/null
  curl -s ${stack.api}/users/me -H "Authorization: Bearer $TOKEN"

  # Fire the nightly schedule, or the hourly one
  curl -s -X POST ${stack.api}/__local/schedules/full
  curl -s -X POST ${stack.api}/__local/schedules/incremental

  # Start a run over HTTP, with a key and on record: see docs/admin.md
  curl -s -X POST '${stack.api}/admin/sync-users?dry_run' -H 'Authorization: Bearer ${stack.adminApiKey}'

  # What was counted, what your subscribers were told, and what else there is
  curl -s ${stack.api}/__local/metrics
  curl -s ${stack.api}/__local/alarms
  curl -s ${stack.api}/__local/events
  curl -s ${stack.api}/__local
${notImitated.length === 0 ? '' : `\nNot imitated here: ${notImitated.join(', ')}.\n`}`;
}
