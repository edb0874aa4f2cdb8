import { build } from 'esbuild';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, ConsoleMessage, Page, Response } from 'playwright-core';
import { chromium } from 'playwright-core';

/** Debian's package puts it here. */
export const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/** Whether tests in a browser are passed over: nobody need have one, but where the project is judged there must be one. */
export const hasNoBrowser = !existsSync(CHROMIUM) && process.env['CI'] !== 'true';

export async function openBrowser(): Promise<Browser> {
  if (!existsSync(CHROMIUM))
    throw new Error(`There is no browser at ${CHROMIUM}: install Debian's package chromium, or set CHROMIUM_PATH.`);
  // Root has no sandbox; the page that is opened is our own.
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
}

/** What a page must never bring about, and everything that it was sent. */
export interface Complaints {
  /** Errors and warnings of the browser's console, what a script threw, and what the page's own policy refused. */
  readonly all: string[];
  /** The bodies of all answers, and what was pushed over streams. */
  texts(): Promise<string>;
}

export async function complaintsOf(page: Page): Promise<Complaints> {
  const all: string[] = [];
  const bodies: Promise<string>[] = [];
  const pushed = await pushedTo(page);
  page.on('console', (message: ConsoleMessage) => {
    if (message.type() === 'error' || message.type() === 'warning') all.push(message.text());
  });
  page.on('pageerror', (error) => all.push(error.message));
  page.on('response', (response: Response) => {
    if (response.url().endsWith('/api/live')) return;
    bodies.push(response.text().catch(() => ''));
  });
  return { all, texts: async () => [...(await Promise.all(bodies)), ...pushed].join('\n') };
}

/** Everything that server-sent events have brought: a stream has no body that ends. */
async function pushedTo(page: Page): Promise<readonly string[]> {
  const pushed: string[] = [];
  const session = await page.context().newCDPSession(page);
  session.on('Network.eventSourceMessageReceived', ({ data }) => pushed.push(data));
  await session.send('Network.enable');
  return pushed;
}

/** Texts whose contrast with their ground is too low for WCAG's level AA. */
export async function faintTexts(page: Page): Promise<unknown> {
  const entry = fileURLToPath(new URL('../browser/faint-texts.ts', import.meta.url));
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, write: false, globalName: 'faint' });
  return page.evaluate(`${outputFiles[0]?.text ?? ''}; faint.faintTexts()`);
}
