// A real Chromium for the tests of a file, and pages in it whose errors fail the test.

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** No traffic of its own, and a start that needs neither a screen nor a GPU. */
const QUIET = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface BrowserForTests {
  /**
   * A page with cookies and storage of its own, closed after the test. The test fails when an exception of the page
   * goes uncaught or its console shows an error, other than those expected.
   * @param expected - what console errors may say: the browser reports each answer of 4xx and 5xx as one
   */
  openPage(expected?: RegExp): Promise<Page>;
}

/** Launches the browser before the tests of a file, with a profile that is new and goes with it. */
export function useBrowser(): BrowserForTests {
  let browser: Browser | undefined;
  let pages: Page[] = [];
  let problems: string[] = [];
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: findChromium(),
      // Chromium refuses to run as root within its sandbox.
      chromiumSandbox: process.getuid?.() !== 0,
      args: QUIET,
    });
  });
  afterEach(async () => {
    const seen = problems;
    problems = [];
    await Promise.all(pages.map((page) => page.context().close()));
    pages = [];
    expect(seen).toEqual([]);
  });
  afterAll(() => browser?.close());
  return {
    async openPage(expected) {
      if (browser === undefined) throw new Error('the browser has not started');
      const page = await (await browser.newContext()).newPage();
      page.setDefaultTimeout(90_000); // a busy machine is slow, not wrong
      pages.push(page);
      page.on('pageerror', (error) => problems.push(`uncaught: ${error.stack ?? error.message}`));
      page.on('console', (message) => {
        const isProblem = message.type() === 'error' && !expected?.test(message.text());
        if (isProblem) problems.push(`console: ${message.text()} (${message.location().url})`);
      });
      return page;
    },
  };
}

/** @throws {Error} when there is none */
function findChromium(): string {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
  if (found === undefined) throw new Error('no Chromium found: `npm run test:browser` installs one');
  return found;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
