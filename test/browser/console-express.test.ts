// What the console shows of Express runs: their log at level ERROR, and the Standard executions that go on with them.

import { describe, expect, test } from 'vitest';
import { runAddress } from '../../console/run-address.ts';
import type { Operation } from '../../core/keys/run.ts';
import { ExpressLibrary } from '../console/express-scenario.ts';
import { auditOf, serveConsole } from '../console/serve.ts';
import { startStore } from '../e2e/harness.ts';
import { withAssembly } from '../e2e/synthesize.ts';
import { violations } from './axe.ts';
import { useBrowser } from './browser.ts';
import { picture, row, rows, useExpressConsole, verdict } from './console-stage.ts';
import { screenshots } from './screenshots.ts';

const browser = useBrowser();
const shoot = screenshots('console');
const stage = useExpressConsole(browser);
const { address, open } = stage;

const expressPath = ({ name, arn }: { readonly name: string; readonly arn: string }) =>
  runAddress({ operation: name.split('-')[0] as Operation, name, lane: 'express', executionArn: arn });

describe('the list', () => {
  test('has what failed, one that goes on once, and says of each which lane it is of', async () => {
    const page = await open();
    await rows(page).nth(6).waitFor();
    const shown = await Promise.all(
      (await rows(page).all()).map(async (each) => [
        await each.locator('.outcome').innerText(),
        await each.locator('.what').innerText(),
        await each.locator('.duration').innerText(),
      ]),
    );
    const [told, untold] = [expect.stringMatching(/\d/), 'not told'];
    expect(shown).toEqual([
      ['Clean-up deferred', 'settles an Express run', told],
      ['Unknown', expect.stringMatching(/^Express StepFunctions\.AccessDenied/), untold],
      ['Unknown', expect.stringMatching(/^Express StepFunctions\.AccessDenied/), untold],
      ['Stuck', expect.stringContaining('goes on with an Express run at DeleteCreatedObjects'), told],
      ['Committed', 'goes on with an Express run at WriteItem', told],
      ['Rolled back', expect.stringMatching(/^Express WriteRefused: /), untold],
      ['Rejected', 'Express NotFound: there is no item with this key', untold],
    ]);
    await shoot(page, 'express', ['light', 'dark']);
  });

  test('is of one lane where that is asked for, and says of an item which runs are left out', async () => {
    const page = await open();
    await page.getByLabel('Lane').selectOption('Standard');
    await page.waitForURL(address('/?lane=standard'));
    await expect.poll(() => rows(page).count()).toBe(3);
    await page.goto(address('/?lane=express&outcome=continued'));
    await expect.poll(() => rows(page).count()).toBe(2);
    await page.goto(address('/?item=star-chart-north'));
    await page.getByText('of Express runs those whose log names it').waitFor();
  });

  test('can be asked for the Standard lane where the log cannot be read', async () => {
    const { logs: _, ...blind } = auditOf(stage.store);
    const other = await serveConsole(blind);
    const page = await browser.openPage(/502/);
    await page.goto(other.url);
    await page.getByRole('heading', { name: 'The log of Express runs cannot be read' }).waitFor();
    await page.getByRole('button', { name: 'Show the Standard lane alone' }).click();
    await expect.poll(() => rows(page).count()).toBe(3);
    await page.goto(`http://127.0.0.1:${other.port}/runs/create/${stage.scenario.continued.goesOn.name}`);
    await page.getByRole('region', { name: 'Express run' }).getByText('which is not read here').waitFor();
    await other.stop();
  });
});

describe('an Express run', () => {
  test('tells what its log does, and that this is not all', async () => {
    const page = await open(expressPath(stage.scenario.rolledBack));
    await picture(page).getByRole('button', { name: 'RolledBack: the end of the run' }).waitFor();
    expect(await verdict(page).innerText()).toContain('an Express run is not replayed');
    const facts = await page.locator('.facts').innerText();
    expect(facts).toMatch(/Started\n.* or before: its log does not tell/);
    expect(facts).toMatch(/Took\nnot told/);
    const told = page.getByRole('region', { name: 'Express run' });
    expect(await told.innerText()).toMatch(/WriteRefused: .*What is told is not all/s);
    expect(await page.locator('.legend').innerText()).toMatch(/not told$/);
    await page.getByText('Its log does not tell which objects').waitFor();
    expect(await page.getByRole('button', { name: /Replay|Stop/ }).count()).toBe(0);
    await page.getByRole('tab', { name: 'Input' }).click();
    await page.getByText('Its log has no input of it.').waitFor();
  });

  test('whose failed attempts are all that is told shows them, and claims no end', async () => {
    const page = await open(expressPath(stage.scenario.cleanupDeferred));
    const told = page.getByRole('region', { name: 'Express run' });
    await told.waitFor();
    expect(await told.getByRole('listitem').allInnerTexts()).toEqual(
      Array(2).fill(expect.stringMatching(/^An attempt failed, of a task that is not told: InternalError: /)),
    );
    expect(await page.locator('.badge.filled').innerText()).toMatch(/Running|Unknown/);
  });

  test('that is unknown says how to settle it, and where one settles it, that is shown', async () => {
    const page = await open(expressPath(stage.scenario.unknown));
    await verdict(page).getByText(`twinwrite settle ${stage.scenario.unknown.name}`).waitFor();
    await page.goto(address(expressPath(stage.scenario.settled)));
    await page.waitForURL(address(`/runs/create/${stage.scenario.settled.goesOn.name}`));
    await verdict(page).getByText('the Express run had written the item, exactly once').waitFor();
  });

  test('that went well has left nothing, and the page says why', async () => {
    const page = await open(expressPath(stage.scenario.committed), { expected: /404/ });
    await page.getByText('at level ERROR an Express run that went well leaves none').waitFor();
  });

  test('that was handed over is shown with what goes on with it, by whatever names it', async () => {
    const { continuedAndStuck: stuck, continued } = stage.scenario;
    const page = await open('/?lane=express');
    await row(page, 'Continued').filter({ hasText: 'moon-phases' }).click();
    await page.waitForURL(address(`/runs/create/${stuck.goesOn.name}`));
    await page.locator('.badge.filled', { hasText: 'Stuck' }).waitFor();
    const part = page.getByRole('region', { name: 'Express run' });
    expect(await part.innerText()).toContain(stuck.name);
    expect(await part.getByRole('listitem').allInnerTexts()).toContainEqual(
      expect.stringContaining('WriteRefused'),
    );
    await page.getByRole('button', { name: 'Replay…' }).waitFor();

    await page.goto(address('/items?key=id%3Dstar-chart-north'));
    await page.getByRole('region', { name: 'Pointers and objects' }).getByRole('link').click();
    await page.waitForURL(address(`/runs/create/${continued.goesOn.name}`));
    await page.goto(address('/items?key=id%3Dstar-chart-north'));
    await page.locator('.facts').getByRole('link').first().click();
    await page.waitForURL(address(`/runs/create/${continued.goesOn.name}`));
    await page.getByText('Standard, goes on with an Express run at WriteItem').waitFor();
  });
});

test.each(['light', 'dark'] as const)(
  'axe finds nothing in %s, wide or narrow, and nothing overflows',
  async (theme) => {
    const page = await open();
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    const { continuedAndStuck, rolledBack, unknown, settled } = stage.scenario;
    const paths = [continuedAndStuck, rolledBack, unknown, settled].map(expressPath);
    for (const width of [1360, 390]) {
      await page.setViewportSize({ width, height: 800 });
      await page.goto(address('/'));
      await rows(page).nth(6).waitFor();
      expect(await violations(page)).toEqual([]);
      const hidden = await page.locator('.segments').evaluate((it) => it.scrollWidth - it.clientWidth);
      expect(hidden).toBe(0);
      for (const path of paths) {
        await page.goto(address(path));
        await picture(page).waitFor();
        await page.locator('.express-part').waitFor();
        expect(await violations(page)).toEqual([]);
        const beyond = await page.locator('.express-part').evaluate((it) => it.scrollWidth - it.clientWidth);
        expect(beyond).toBe(0);
      }
    }
  },
);

test('at level ALL those that went well are there, too, and a clean-up that was put off has its name', async () => {
  await withAssembly({ express: { logLevel: 'ALL' } }, async (assembly) => {
    await using store = await startStore({ clock: 'manual', assembly });
    const play = new ExpressLibrary(store);
    const largeText = { largeAttributes: { page: { text: 'A' } } };
    const committed = await play.run('create', '42', largeText);
    const deferred = await play.deferred('42', { largeAttributes: { page: { text: 'B' } } });
    const other = await serveConsole(auditOf(store));
    const page = await browser.openPage();
    await page.goto(other.url);
    await rows(page).nth(1).waitFor();
    expect(await rows(page).locator('.outcome').allInnerTexts()).toEqual(['Clean-up deferred', 'Committed']);
    expect(await rows(page).locator('.duration').allInnerTexts()).not.toContain('not told');
    await row(page, committed.name).click();
    await picture(page).getByRole('button', { name: 'WriteItem: succeeded' }).waitFor();
    expect(await page.locator('.legend').innerText()).toMatch(/not reached$/);
    await page.getByRole('tab', { name: 'Output' }).click();
    await page.getByText('Its log has no output of it.').waitFor();
    await page.goto(`http://127.0.0.1:${other.port}${expressPath(deferred)}`);
    await verdict(page).getByText('the sweeper collects them').waitFor();
    await other.stop();
  });
});
