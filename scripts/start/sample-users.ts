import { createClerkClient } from '@clerk/backend';
import type { StackFile } from '../../infra/local/stack-file.ts';

const SAMPLES = [
  { firstName: 'Ada', lastName: 'Sample', publicMetadata: { plan: 'pro' } },
  { firstName: 'Grace', lastName: 'Sample', publicMetadata: { plan: 'free' } },
  { firstName: 'Katherine', lastName: 'Sample', publicMetadata: {} },
  { firstName: 'Mary', lastName: 'Sample', publicMetadata: { plan: 'free' } },
  { firstName: 'Hedy', lastName: 'Sample', publicMetadata: {} },
];

/**
 * Signs a few users up, so that there is something to look at; their webhooks bring them into the table. A state directory
 * that already holds users keeps those.
 *
 * @returns the id of a user to try things with
 */
export async function loadSampleUsers(stack: StackFile, onProgress: (message: string) => void): Promise<string> {
  const clerk = createClerkClient({
    secretKey: stack.secretKey,
    apiUrl: stack.clerk,
    telemetry: { disabled: true },
  });
  const { data } = await clerk.users.getUserList({ limit: 1, orderBy: '+created_at' });
  const [first] = data;
  if (first) return first.id;
  onProgress('Signing up sample users');
  const ids: string[] = [];
  for (const { firstName, lastName, publicMetadata } of SAMPLES) {
    const emailAddress = [`${firstName.toLowerCase()}@example.com`];
    ids.push((await clerk.users.createUser({ emailAddress, firstName, lastName, publicMetadata })).id);
  }
  await fetch(`${stack.clerk}/__local/webhooks/flush`, { method: 'POST' });
  return ids[0] ?? '';
}
