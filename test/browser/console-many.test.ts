// The console over 10,000 runs: it stays fluid because only what is in view is in the document, and pages are read as
// they are scrolled to.

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fakeRuns } from '../console/fake-context.ts';
import { serveConsole, type TestConsole } from '../console/serve.ts';
import { useBrowser } from './browser.ts';

const COUNT = 10_000;
const browser = useBrowser();
const runs = fakeRuns(COUNT);
let running: TestConsole;

beforeAll(async () => {
  running = await serveConsole(runs.context);
});
afterAll(() => running.stop());

/**
 * Scrolls the list to its end, a screen a frame, as fast as pages come.
 * @returns the most rows that the document held at a time
 */
function scrollToEnd(page: Page, end: string): Promise<number> {
  return page.evaluate(async (end) => {
    const scroller = document.querySelector('.scroller') as HTMLElement;
    let mostRows = 0;
    while (document.querySelector('.list-state')?.textContent !== end) {
      scroller.scrollTop += scroller.clientHeight;
      await new Promise((resolve) => requestAnimationFrame(resolve));
      mostRows = Math.max(mostRows, document.querySelectorAll('.row.run').length);
    }
    return mostRows;
  }, end);
}

test('is scrolled to its end without holding more rows than are in view', async () => {
  const page = await browser.openPage();
  await page.setViewportSize({ width: 1360, height: 860 });
  await page.goto(running.url);
  await page.locator('.row.run').first().waitFor();
  expect(await scrollToEnd(page, '10,000 runs')).toBeLessThan(80);
  await page.getByRole('row', { name: 'update id=doc-399' }).last().waitFor();
  expect(await page.getByRole('table').getAttribute('aria-rowcount')).toBe(String(COUNT + 1));
});

test('new runs wait while the list is scrolled, and are shown when asked for', async () => {
  runs.newest.status = 'RUNNING';
  const page = await browser.openPage();
  await page.goto(running.url);
  await page.locator('.row.run', { hasText: 'Running' }).waitFor();
  const scroller = page.getByRole('table', { name: 'Runs, newest first' });
  await scroller.evaluate((element) => element.scrollTo({ top: 1500 }));
  await expect.poll(() => page.locator('.row.run').first().getAttribute('aria-rowindex')).not.toBe('2');
  const inView = await page.locator('.row.run').nth(15).innerText();
  runs.started += 1;
  await page.getByRole('button', { name: '1 new run' }).waitFor();
  expect(await page.locator('.row.run').nth(15).innerText()).toBe(inView);
  await page.getByRole('button', { name: '1 new run' }).click();
  await page.getByRole('row', { name: 'id=doc-new' }).waitFor();
});

test('nothing is asked for while the tab is hidden, and all is made current when it is seen again', async () => {
  const page = await browser.openPage();
  await page.clock.install();
  await page.goto(running.url);
  await page.locator('.row.run').first().waitFor();
  const show = (visibility: 'hidden' | 'visible') =>
    page.evaluate((state) => {
      Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, visibility);
  await show('hidden');
  await page.getByText('Paused').waitFor();
  runs.calls.length = 0;
  await page.clock.runFor(120_000);
  expect(runs.calls).toEqual([]);
  await show('visible');
  await page.getByText('Live').waitFor();
  await page.clock.runFor(10_000);
  await expect.poll(() => runs.calls.length).toBeGreaterThan(0);
});

test.each([
  ['CredentialsProviderError', 'No AWS credentials'],
  ['AccessDeniedException', 'Not allowed'],
])('%s is told as "%s", and tried again when asked', async (name, title) => {
  const page = await browser.openPage(/503|403/);
  runs.failWith = { command: 'ListExecutionsCommand', error: named(name) };
  await page.goto(running.url);
  await page.getByRole('heading', { name: title }).waitFor();
  expect(await page.getByRole('alert').innerText()).toBe('as AWS says it');
  runs.failWith = undefined;
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.locator('.row.run').first().waitFor();
});

test('a list that fails half-way keeps what it has, and says so', async () => {
  const page = await browser.openPage(/403/);
  const other = await serveConsole(runs.context); // it knows no run yet
  await page.goto(other.url);
  await page.locator('.row.run').first().waitFor();
  runs.failWith = { command: 'DescribeExecutionCommand', error: named('AccessDeniedException') };
  const scroller = page.getByRole('table', { name: 'Runs, newest first' });
  await expect
    .poll(async () => {
      await scroller.evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
      return page.locator('.list-state').innerText();
    })
    .toContain('The list ends here for now: as AWS says it');
  expect(await page.locator('.row.run').count()).toBeGreaterThan(10);
  runs.failWith = undefined;
  await page.getByRole('button', { name: 'List again' }).click();
  await page.getByRole('status').getByText('there are more').waitFor();
  await other.stop();
});

function named(name: string): Error {
  return Object.assign(new Error('as AWS says it'), { name });
}
