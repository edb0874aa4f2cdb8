import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { User } from '@clerk/backend';
import { statSync } from 'node:fs';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { LocalStack } from '../../infra/local/local-stack.ts';
import { startLocalStack } from '../../infra/local/local-stack.ts';
import type { World } from '../../scripts/demo/world.ts';
import { createWorld, signUp } from '../../scripts/demo/world.ts';
import type { Complaints } from '../support/e2e/browser.ts';
import { CHROMIUM, complaintsOf, faintTexts, hasNoBrowser, openBrowser } from '../support/e2e/browser.ts';
import { takePicture } from '../support/e2e/console-picture.ts';

/** How soon the page must show what has changed, ms. */
const SOON = 2_000;
/** A run on a busy machine. */
const A_RUN = 60_000;
const RUNS = { timeout: 2 * A_RUN };
/** Where to put the picture that opens the README; it is made when asked for only. */
const PICTURE = process.env['CONSOLE_PICTURE'];
/** The colour behind everything, as the browser has worked it out. */
const GROUND = 'getComputedStyle(document.body).backgroundColor';
/** More than a run may delete by itself. */
const MANY = 24;

let stack: LocalStack;
let world: World;
let browser: Browser;
let page: Page;
let complaints: Complaints;
let ada: User;
let grace: User;
let sly: User;

/** One page, opened once: what follows is one story, in order. */
describe.skipIf(hasNoBrowser)(`The console, in a browser (${CHROMIUM})`, () => {
  beforeAll(async () => {
    [stack, browser] = await Promise.all([startLocalStack({ assembly: inject('assembly') }), openBrowser()]);
    world = createWorld(stack.file);
    page = await browser.newPage({
      viewport: { width: 1440, height: 900 },
      colorScheme: 'light',
      reducedMotion: 'reduce',
    });
    complaints = complaintsOf(page);
    page.setDefaultTimeout(10_000);
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });

  it('says what to do while there is nothing to show', async () => {
    await page.goto(stack.file.console);
    await seen(page.getByText('Nobody here. Sign somebody up'));
    await seen(page.getByText('Nothing has happened yet.'));
    await seen(page.getByText('No run yet.'));
    expect(await text('#sync')).toBe('✓ in sync');
  });

  it('shows a sign-up become a row, and who has decided it', async () => {
    ada = await signUp(world, 'ada@example.com', 'Ada');
    grace = await signUp(world, 'grace@example.com', 'Grace');
    await world.flushWebhooks();
    await seen(listed(ada, 'in sync'));
    await seen(page.locator('#story li', { hasText: 'created the row' }).filter({ hasText: 'Grace Example' }));
    await expect.poll(() => text('.meter')).toMatch(/2 Clerk\s+✓ in sync\s+2 table/);
  });

  it('shows within 2 s a row that was changed in the table, and marks the field', async () => {
    await choose(ada);
    await editRow(ada.id, 'Edited');
    await seen(field('firstName').getByText('Edited'), SOON);
    expect(await field('firstName').getAttribute('class')).toBe('differs');
    expect(await field('lastName').getAttribute('class')).toBeNull();
    expect(await text('#sync')).toBe('≠ 1 user differs');
    await seen(
      page.locator('#story li', { hasText: 'row changed by hand: firstName' }).filter({ hasText: 'Ada Example' }),
    );
  });

  it('shows within 2 s a user who was changed in Clerk, whose webhook was dropped by its button', async () => {
    await page.getByLabel('drop').check();
    await seen(page.locator('#result', { hasText: 'Webhooks are lost' }));
    await choose(grace);
    await world.clerk.users.updateUser(grace.id, { firstName: 'Augusta' });
    await seen(field('firstName').getByText('Augusta'), SOON);
    expect(await field('firstName').locator('td').allTextContents()).toEqual(['Augusta', 'Grace']);
    await seen(listed(grace, '≠ firstName'));
    await seen(page.locator('#story li', { hasText: 'user.updated dropped' }));
  });

  it('shows them heal: the lost change by the schedule, the edited row by a forced run', RUNS, async () => {
    await importMany();
    await page.getByRole('button', { name: 'full' }).click();
    await seen(page.locator('#runs li', { hasText: 'repaired' }), A_RUN);
    await seen(listed(grace, 'in sync'));
    expect(await text('#sync')).toBe('≠ 1 user differs');
    await page.getByRole('button', { name: 'forced' }).click();
    await seen(page.locator('#runs li', { hasText: 'full, forced' }).filter({ hasText: '1 updated' }), A_RUN);
    await expect.poll(() => text('#sync')).toBe('✓ in sync');
    await seen(page.locator('#outcomes-legend li', { hasText: `created ${MANY + 2}`.replace(' ', '') }));
  });

  it('shows deletions that are held, and why, and makes them when the button says so', RUNS, async () => {
    for (const user of (await world.clerk.users.getUserList({ query: 'many', limit: 100 })).data)
      await world.clerk.users.deleteUser(user.id);
    await page.getByRole('button', { name: 'full' }).click();
    const held = page.locator('#runs li', { hasText: `${MANY} deletions held` });
    await seen(held.getByText(`${MANY} users are in the table but not in Clerk's list: more than 50 % of all`), A_RUN);
    await seen(page.locator('#alarms summary', { hasText: 'DeletionsHeld' }).filter({ hasText: 'rings' }));
    await held.getByRole('button', { name: `Approve ${MANY} deletions` }).click();
    await page.locator('#confirm').getByRole('button', { name: 'Cancel' }).click();
    expect(await text('#sync')).toBe(`≠ ${MANY} users differ`);
    await held.getByRole('button', { name: 'Approve' }).click();
    await page.locator('#confirm').getByRole('button', { name: 'Approve' }).click();
    await seen(page.locator('#runs li', { hasText: 'approval' }).filter({ hasText: `${MANY} deleted` }), A_RUN);
    await expect.poll(() => text('.meter')).toMatch(/2 Clerk\s+✓ in sync\s+2 table/);
    expect(await page.getByRole('button', { name: /^Approve \d/ }).count()).toBe(0);
  });

  it('says why an event is stale', async () => {
    await page.getByLabel('deliver', { exact: true }).check();
    await seen(page.locator('#result', { hasText: 'delivered at once' }));
    await world.resend(grace.id, 'user.created');
    const stale = page.locator('#story li', { hasText: 'stale: changed nothing' }).first();
    await seen(stale);
    expect(await stale.locator('.why').innerText()).toMatch(/^of [\d:.]+; the row has [\d:.]+$/);
  });

  it('holds webhooks back, and delivers those that wait', async () => {
    await page.getByLabel('delay 15 s').check();
    await seen(page.locator('#result', { hasText: 'held back' }));
    await choose(grace);
    await page.getByRole('button', { name: 'Ban', exact: true }).click();
    await seen(page.locator('#story li', { hasText: 'user.updated held back' }));
    await page.getByRole('button', { name: 'Deliver 1 waiting' }).click();
    await expect.poll(() => field('banned').locator('td').allTextContents()).toEqual(['yes', 'yes']);
    await page.getByRole('button', { name: 'Call the API as her' }).click();
    await seen(page.locator('#result', { hasText: 'she is refused all the same' }));
    await page.getByLabel('deliver', { exact: true }).check();
  });

  it('can be used with nothing but a keyboard', async () => {
    await page.locator('body').click({ position: { x: 1, y: 1 } });
    await tabTo('Sign up somebody');
    await page.keyboard.press('Enter');
    expect(await page.locator(':focus').getAttribute('id')).toBe('first-name');
    await page.keyboard.type('Keyla');
    await page.keyboard.press('Enter');
    await seen(page.locator('#user-name', { hasText: 'Keyla Sample' }));
    expect(await focused()).toContain('Sign up somebody');
    await page.keyboard.press('/');
    await page.keyboard.type('grace');
    await expect.poll(() => page.locator('#users button').count()).toBe(1);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await seen(page.locator('#user-name', { hasText: 'Augusta' }));
    await tabTo('Change');
    await page.keyboard.press('Enter');
    await page.keyboard.type('Graciela');
    await page.keyboard.press('Enter');
    await expect.poll(() => field('firstName').locator('td').allTextContents()).toEqual(['Graciela', 'Graciela']);
    await tabTo('Delete');
    await page.keyboard.press('Enter');
    await seen(page.locator('#user-standing', { hasText: 'deleted' }));
    await page.locator('#search').fill('');
    await expect.poll(() => page.locator('#users button').count()).toBeGreaterThan(2);
    await page.locator('#users button').first().focus();
    await page.keyboard.press('ArrowDown');
    expect(await page.locator('#users button').nth(1).getAttribute('aria-current')).toBe('true');
  });

  it.each(['light', 'dark'] as const)(
    'is legible in its %s colours, chosen by the system or by the button',
    async (scheme) => {
      await page.emulateMedia({ colorScheme: scheme });
      expect(await faintTexts(page)).toEqual([]);
      const ground = await page.evaluate(GROUND);
      await page.emulateMedia({ colorScheme: scheme === 'dark' ? 'light' : 'dark' });
      const theme = page.locator('#theme');
      while ((await theme.textContent()) !== `Theme: ${scheme}`) await theme.click();
      expect(await page.evaluate(GROUND)).toBe(ground);
      while ((await theme.textContent()) !== 'Theme: system') await theme.click();
    },
  );

  it('fits on a phone', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    const lag = await page.locator('#lag canvas').boundingBox();
    expect(lag?.width).toBeLessThan(360);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('shows names as they are, whatever is in them', async () => {
    sly = await signUp(world, 'sly@example.com', '<img src=x onerror=alert(1)>');
    await seen(listed(sly, '<img src=x onerror=alert(1)>'));
    expect(await page.locator('#users img').count()).toBe(0);
  });

  it.runIf(PICTURE !== undefined)('is worth a picture', { timeout: 120_000 }, async () => {
    await world.clerk.users.deleteUser(sly.id);
    await takePicture(PICTURE ?? '', page, world);
    expect(statSync(PICTURE ?? '').size).toBeLessThan(300 * 1_024);
  });

  it('has complained of nothing, and was told no secret', async () => {
    expect(complaints.all).toEqual([]);
    const { secretKey, adminApiKey, jwtPrivateKey, webhookSecrets } = stack.file;
    const told = (await complaints.texts()) + (await page.content());
    expect(told).toContain('Ada');
    for (const secret of [secretKey, adminApiKey, jwtPrivateKey, ...webhookSecrets]) expect(told).not.toContain(secret);
  });

  it('says so when the local cloud is gone, and keeps what it knew', async () => {
    await stack.close();
    await seen(page.getByRole('alert').getByText('The local cloud does not answer.'));
    expect(await text('#link')).toBe('not connected');
    await seen(page.locator('#users', { hasText: 'Ada' }));
    await page.getByRole('button', { name: 'incremental' }).click();
    await seen(page.locator('#result', { hasText: 'The console does not answer.' }));
  });
});

async function seen(locator: Locator, timeout = 10_000): Promise<void> {
  await locator.first().waitFor({ state: 'visible', timeout });
}

async function text(selector: string): Promise<string> {
  return (await page.locator(selector).innerText()).trim();
}

function listed({ id }: User, says: string): Locator {
  return page.locator(`#users button[data-id=${id}]`, { hasText: says });
}

function field(name: string): Locator {
  return page.locator(`tr[data-field=${name}]`);
}

async function choose({ id }: User): Promise<void> {
  await page.locator(`#users button[data-id=${id}]`).click();
  await seen(page.locator('#user-id', { hasText: id }));
}

/** As somebody with the table's name and permissions would do it. */
async function editRow(userId: string, firstName: string): Promise<void> {
  const { dynamodb: endpoint, region, tableName: TableName } = stack.file;
  const client = new DynamoDBClient({
    endpoint,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const change = {
    TableName,
    Key: { pk: `user#${userId}` },
    UpdateExpression: 'SET firstName = :name',
    ExpressionAttributeValues: { ':name': firstName },
  };
  await DynamoDBDocumentClient.from(client).send(new UpdateCommand(change));
  client.destroy();
}

async function importMany(): Promise<void> {
  const users = Array.from({ length: MANY }, (_, index) => ({
    email_address: [`many${index}@example.com`],
    first_name: `Many${index}`,
  }));
  expect((await world.control('POST', 'users/import', { users })).status).toBe(200);
}

async function tabTo(name: string): Promise<void> {
  for (let left = 60; left > 0; left -= 1) {
    await page.keyboard.press('Tab');
    if ((await focused()) === name) return;
  }
  throw new Error(`No pressing of Tab leads to "${name}".`);
}

async function focused(): Promise<string> {
  const focus = page.locator(':focus');
  return (await focus.count()) === 0 ? '' : (await focus.innerText()).trim();
}
