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
/** The looks of those of its kind that are chosen, and of those that are not. */
const LOOKS = (kind: string, chosen: string, look: string): string => `['', ':not('].map((not) => {
  const selector = '${kind}' + (not === '' ? '${chosen}' : not + '${chosen})');
  return [...document.querySelectorAll(selector)].map((element) => getComputedStyle(element).${look});
})`;
/** Which of these does not lie in the window when it is shown, whatever it is folded into. */
const OUTSIDE = (selectors: readonly string[]): string => `${JSON.stringify(selectors)}.filter((selector) => {
  const element = document.querySelector(selector);
  const details = element.closest('details');
  if (details !== null) details.open = true;
  const { left, right, top, bottom, width } = element.getBoundingClientRect();
  if (details !== null) details.open = false;
  return width === 0 || left < 0 || right > innerWidth || top < 0 || bottom > innerHeight;
})`;
/** As a browser does that is told to keep nothing. */
const NO_STORAGE = "Object.defineProperty(window, 'localStorage', { get() { throw new Error('denied'); } })";
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
    complaints = await complaintsOf(page);
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
    await expect.poll(() => text('#sync')).toBe('≠ 1 user differs');
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

  it('keeps the focus where it is, whoever moves in the list', async () => {
    const row = page.locator(`#users button[data-id=${ada.id}]`);
    await row.focus();
    await world.clerk.users.updateUser(grace.id, { lastName: 'Hopper' });
    await seen(listed(grace, '≠ 2 fields'));
    expect(await focusedUser()).toBe(ada.id);
    await editRow(ada.id, 'Ada');
    await seen(listed(ada, 'in sync'));
    expect(await focusedUser()).toBe(ada.id);
    await editRow(ada.id, 'Edited');
  });

  it('shows what it heard last, whichever answer comes first', async () => {
    await choose(grace);
    let isFirst = true;
    await page.route(`**/api/users/${grace.id}`, async (route) => {
      const wasFirst = isFirst;
      isFirst = false;
      const response = await route.fetch();
      if (wasFirst) await seen(field('lastName').getByText('Newer'));
      await route.fulfill({ response });
    });
    await world.clerk.users.updateUser(grace.id, { lastName: 'Older' });
    await expect.poll(() => isFirst).toBe(false);
    await world.clerk.users.updateUser(grace.id, { lastName: 'Newer' });
    await seen(field('lastName').getByText('Newer'));
    await page.unrouteAll({ behavior: 'wait' });
    expect(await field('lastName').locator('td').first().textContent()).toBe('Newer');
  });

  it('shows them heal: the lost change by the schedule, the edited row by a forced run', RUNS, async () => {
    await importMany();
    await page.getByRole('button', { name: 'full' }).click();
    await seen(page.locator('#runs li', { hasText: 'repaired' }), A_RUN);
    await seen(listed(grace, 'in sync'));
    await expect.poll(() => text('#sync')).toBe('≠ 1 user differs');
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

  it('says so where faults are set that no button of it sets', async () => {
    await world.control('PUT', 'faults', { webhooks: { drop: 0.2, delayMs: 2_000 } });
    await seen(page.locator('#webhooks-other', { hasText: '20 % lost, 2 s late' }));
    expect(await page.locator('input[name=webhooks]:checked').count()).toBe(0);
    await page.getByLabel('deliver', { exact: true }).check();
    await page.locator('#webhooks-other').waitFor({ state: 'hidden' });
  });

  it('leaves a choice as it was pressed until it is made, whatever is pushed meanwhile', async () => {
    await choose(ada);
    const released = Promise.withResolvers<void>();
    await page.route('**/api/actions', (route) => released.promise.then(() => route.continue()));
    await page.getByLabel('drop').check();
    await world.clerk.users.updateUser(ada.id, { lastName: 'Meanwhile' });
    await seen(field('lastName').getByText('Meanwhile'));
    expect(await page.getByLabel('drop').isChecked()).toBe(true);
    released.resolve();
    await seen(page.locator('#result', { hasText: 'Webhooks are lost' }));
    await page.unrouteAll({ behavior: 'wait' });
    await page.getByLabel('deliver', { exact: true }).check();
    await seen(page.locator('#result', { hasText: 'delivered at once' }));
  });

  it('suggests another address each time: users come and go, and no two can have one', async () => {
    const suggested = async (): Promise<string> => {
      await page.getByRole('button', { name: 'Sign up somebody' }).click();
      const address = await page.locator('#email').inputValue();
      await page.keyboard.press('Escape');
      return address;
    };
    expect(await suggested()).not.toBe(await suggested());
  });

  it('says so of somebody whom nobody has, and shows the user of its address', async () => {
    const { console: address } = stack.file;
    await page.goto(`${address}/#user_nobody`);
    await seen(page.locator('#user-body', { hasText: 'Neither Clerk nor the table has her' }));
    await page.goto(`${address}/#${grace.id}`);
    await seen(page.locator('#user-id', { hasText: grace.id }));
    await page.locator('.skip').focus();
    await page.keyboard.press('Enter');
    expect(await page.locator(':focus').getAttribute('id')).toBe('user');
    await page.reload();
    await seen(page.locator('#user-id', { hasText: grace.id }));
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
    await page.getByLabel('deliver', { exact: true }).focus();
    await page.keyboard.press('/');
    await page.keyboard.type('grace');
    await expect.poll(() => page.locator('#users button').count()).toBe(1);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await seen(page.locator('#user-name', { hasText: 'Augusta' }));
    await tabTo('Change');
    await page.keyboard.press('Enter');
    await page.keyboard.type('Graciela');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Delete');
    await page.keyboard.press('Enter');
    await expect.poll(() => field('firstName').locator('td').allTextContents()).toEqual(['Graciela', 'Graciela']);
    expect(await field('lastName').locator('td').allTextContents()).toEqual(['none', 'none']);
    await tabTo('Delete');
    await page.keyboard.press('Enter');
    await seen(page.locator('#user-standing', { hasText: 'deleted' }));
    await page.locator('#search').fill('');
    await expect.poll(() => page.locator('#users button').count()).toBeGreaterThan(2);
    await page.locator('#users button').first().focus();
    await page.keyboard.press('ArrowDown');
    expect(await page.locator('#users button').nth(1).getAttribute('aria-current')).toBe('true');
  });

  it('needs one press of Tab for all names among the decisions, and arrows between them', async () => {
    const names = page.locator('#story button');
    expect(await names.count()).toBeGreaterThan(9);
    expect(await page.locator('#story button:not([tabindex="-1"])').count()).toBe(1);
    await names.first().focus();
    await page.keyboard.press('ArrowDown');
    expect(await page.locator(':focus').textContent()).toBe(await names.nth(1).textContent());
    await page.keyboard.press('End');
    expect(await page.locator('#story button:not([tabindex="-1"])').innerText()).toBe(await focused());
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

  it('marks what is chosen also where the system allows its own colours only', async () => {
    await page.emulateMedia({ forcedColors: 'active' });
    for (const of of [
      LOOKS('.segments label', ':has(:checked)', 'forcedColorAdjust'),
      LOOKS('#users button', '[aria-current]', 'borderInlineStartWidth'),
    ]) {
      const [chosen, others] = await page.evaluate<[string[], string[]]>(of);
      expect([chosen.length, others.length > 0, others.includes(chosen[0] ?? '')]).toEqual([1, true, false]);
    }
    await page.emulateMedia({ forcedColors: 'none' });
  });

  it('fits on a phone, which shows what came of a button wherever it is', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    const lag = await page.locator('#lag canvas').boundingBox();
    expect(lag?.width).toBeLessThan(360);
    await page.locator('#alarms').scrollIntoViewIfNeeded();
    await page.evaluate("document.querySelector('#deliver-waiting').click()");
    await seen(page.locator('#result', { hasText: 'delivered.' }));
    expect(await page.evaluate(OUTSIDE(['#result']))).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it.each([1280, 800])('says inside the window what an alarm means, %i wide', async (width) => {
    await page.setViewportSize({ width, height: 740 });
    const alarms = await page.locator('#alarms details').count();
    expect(alarms).toBeGreaterThan(9);
    const meanings = Array.from({ length: alarms }, (_, at) => `#alarms li:nth-child(${at + 1}) p`);
    await page.locator('#alarms').scrollIntoViewIfNeeded();
    expect(await page.evaluate(OUTSIDE(meanings))).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('works where nothing may be kept in the browser', async () => {
    const strict = await browser.newPage();
    await strict.addInitScript(NO_STORAGE);
    await strict.goto(stack.file.console);
    await seen(strict.locator('#link', { hasText: 'live' }));
    await strict.locator('#theme').click();
    expect(await strict.locator('#theme').textContent()).toBe('Theme: light');
    await strict.close();
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
    // Only what is pushed says this: the streams are in it.
    expect(told).toContain('"revision":');
    for (const secret of [secretKey, adminApiKey, jwtPrivateKey, ...webhookSecrets]) expect(told).not.toContain(secret);
  });

  it('says so when the local cloud is gone, and keeps what it knew', async () => {
    await stack.close();
    await seen(page.getByRole('alert').getByText('The local cloud does not answer.'));
    expect(await text('#link')).toBe('not connected');
    expect([await text('#sync'), await page.title()]).toEqual(['? unknown', '? clerk-dynamodb-sync']);
    await seen(page.locator('#users', { hasText: 'Ada' }));
    await page.locator('#users button:not([aria-current])').first().click();
    await seen(page.locator('#user-body', { hasText: 'nothing is known of her' }));
    await page.getByLabel('drop').click();
    await seen(page.locator('#result', { hasText: 'The console does not answer.' }));
    expect(await page.getByLabel('drop').isChecked()).toBe(false);
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

async function focusedUser(): Promise<string | null> {
  return (await page.locator(':focus').count()) === 0 ? null : page.locator(':focus').getAttribute('data-id');
}

async function focused(): Promise<string> {
  const focus = page.locator(':focus');
  return (await focus.count()) === 0 ? '' : (await focus.innerText()).trim();
}
