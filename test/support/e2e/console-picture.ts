import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import type { World } from '../../../scripts/demo/world.ts';

const PEOPLE = [
  ['Amara', 'Okafor'],
  ['Jonas', 'Berg'],
  ['Lena', 'Fischer'],
  ['Mateo', 'Silva'],
  ['Noor', 'Haddad'],
  ['Tomas', 'Rivera'],
  ['Yuki', 'Tanaka'],
  ['Priya', 'Nair'],
] as const;

/**
 * Takes the picture that opens the README: what there is to see after some minutes of use, and one user whose change was lost.
 * @param path of a PNG file
 */
export async function takePicture(path: string, page: Page, world: World): Promise<void> {
  const ids: string[] = [];
  for (const [firstName, lastName] of PEOPLE) {
    const emailAddress = [`${firstName.toLowerCase()}@example.com`];
    const user = await world.clerk.users.createUser({
      emailAddress,
      firstName,
      lastName,
      publicMetadata: { plan: 'free' },
    });
    ids.push(user.id);
    await sleep(2_000);
    await world.clerk.users.updateUser(ids[ids.length >> 1] ?? user.id, {
      publicMetadata: { plan: 'team', seats: ids.length },
    });
    await sleep(2_500);
  }
  await world.fireFullRun();
  await world.resend(ids[3] ?? '', 'user.created');
  await page.getByLabel('drop').check();
  await world.clerk.users.updateUser(ids.at(-1) ?? '', { lastName: 'Nair-Shah', publicMetadata: { plan: 'pro' } });
  await page.locator(`#users button[data-id=${ids.at(-1)}]`).click();
  await page.locator('tr.differs').first().waitFor();
  // The plots are drawn every other second.
  await sleep(3_000);
  await page.screenshot({ path });
}
