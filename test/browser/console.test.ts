// What the console shows, and how one finds and moves in it.

import { describe, expect, test } from 'vitest';
import { violations } from './axe.ts';
import { useBrowser } from './browser.ts';
import { picture, row, rows, runPath, useConsole, verdict } from './console-stage.ts';
import { screenshots } from './screenshots.ts';

const browser = useBrowser();
const shoot = screenshots('console');
const stage = useConsole(browser);
const { address, open } = stage;

describe('looking', () => {
  test('the list shows every run with its outcome, and the address holds no secret', async () => {
    const page = await open();
    expect(page.url()).toBe(address('/'));
    await rows(page).nth(11).waitFor();
    expect(await rows(page).locator('.outcome').allInnerTexts()).toEqual([
      ...[
        'Running',
        'Rolled back',
        'Committed',
        'Stuck',
        'Aborted',
        'Rejected',
        'Clean-up deferred',
        'Unknown',
      ],
      ...['Committed', 'Committed', 'Committed', 'Committed'],
    ]);
    expect(await row(page, 'Rolled back').innerText()).toContain('WriteRefused: DynamoDB refuses the item');
    await shoot(page, 'list', ['light', 'dark']);
  });

  test('filters are part of the address, and work from a link', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Stuck' }).click();
    await page.getByRole('button', { name: 'Rolled back' }).click();
    await page.waitForURL(address('/?outcome=stuck%2Crolled-back'));
    await expect
      .poll(() => rows(page).locator('.item').allInnerTexts())
      .toEqual(['id=field-notes-1961', 'id=moon-phases']);
    await page.getByRole('button', { name: 'Create' }).click();
    await expect.poll(() => rows(page).count()).toBe(1);

    const linked = await open('/?operation=update&outcome=rejected');
    await expect.poll(() => rows(linked).locator('.item').allInnerTexts()).toEqual(['id=field-notes-1961']);
    await linked.getByLabel('Started').selectOption('Last hour');
    await linked.waitForURL(/since=1h/);
    await linked.goto(address('/?outcome=committed&operation=delete'));
    await linked.getByText('No run matches').waitFor();
    await linked.getByRole('button', { name: 'Clear the filters' }).click();
    await rows(linked).nth(11).waitFor();
  });

  test('a run that was rolled back: what happened, the path, the compensation, its objects', async () => {
    const page = await open(runPath(stage.scenario.rolledBack));
    await picture(page).waitFor();
    expect(await verdict(page).innerText()).toContain('WriteRefused: DynamoDB refuses the item');
    expect(await verdict(page).innerText()).toContain('every object that the run put is deleted');
    const state = (name: string) => picture(page).locator(`[data-state="${name}"]`);
    expect(await state('WriteItem').getAttribute('aria-label')).toBe(
      'WriteItem: failed, and its error was caught',
    );
    expect(await state('DeleteCreatedObjects').getAttribute('aria-label')).toContain(
      'compensation, succeeded',
    );
    expect(await state('DeleteReplacedObjects').getAttribute('class')).toContain('not-reached');
    await picture(page).getByText('WriteRefused').waitFor();
    const objects = page.getByRole('region', { name: 'Objects' });
    expect(await objects.getByRole('row', { name: /put by this run/ }).allInnerTexts()).toEqual([
      expect.stringMatching(/page.*deleted/s),
      expect.stringMatching(/record.*deleted/s),
    ]);
    expect(await objects.getByRole('row', { name: /still the item's/ }).allInnerTexts()).toEqual([
      expect.stringMatching(/picture.*exists/s),
      expect.stringMatching(/page.*exists/s),
      expect.stringMatching(/record.*exists/s),
    ]);
    await shoot(page, 'run', ['light', 'dark']);
  });

  test('failed and compensating states have outlines of their own', async () => {
    const outlineOf = async (name: string, state: string) => {
      const page = await open(runPath(name));
      const outline = picture(page).locator(`[data-state="${state}"] .outline`);
      await outline.waitFor();
      return {
        corners: ((await outline.getAttribute('d')) ?? '').match(/[LA]/g)?.join(''),
        stroke: await outline.evaluate((element) => getComputedStyle(element).stroke),
      };
    };
    const done = await outlineOf(stage.scenario.rolledBack, 'Plan');
    const undone = await outlineOf(stage.scenario.rolledBack, 'DeleteCreatedObjects');
    const failed = await outlineOf(stage.scenario.stuck, 'DeleteCreatedObjects');
    expect([done.corners, undone.corners, failed.corners]).toEqual(['AAAA', 'LLLLL', 'LLLLLLL']);
    expect(new Set([done.stroke, undone.stroke, failed.stroke]).size).toBe(3);
  });

  test('a state tells its attempts, its input and its output, and can be linked to', async () => {
    const page = await open(runPath(stage.scenario.committed));
    await picture(page)
      .getByRole('button', { name: /^WriteItem/ })
      .click();
    await page.waitForURL(/state=\d+/);
    const details = page.locator('.state-details');
    expect(await details.getByRole('row').allInnerTexts()).toEqual([
      expect.stringContaining('Attempt'),
      expect.stringMatching(/WriteInDoubt/),
      expect.stringContaining('succeeded'),
    ]);
    const linked = await open(new URL(page.url()).pathname + new URL(page.url()).search);
    await linked.locator('.state-details').waitFor();
    await linked.getByRole('tab', { name: 'Input' }).click();
    await linked.getByRole('button', { name: 'more characters' }).first().click();
    expect(await linked.getByRole('region', { name: 'Input' }).innerText()).toContain(
      '<h1>second edition</h1>',
    );
    await linked.getByRole('tab', { name: 'Output' }).click();
    expect(await linked.getByRole('region', { name: 'Output' }).innerText()).toContain('version: 2');
    await linked.getByRole('tab', { name: /^Events/ }).click();
    await linked.getByRole('button', { name: /ExecutionStarted/ }).click();
    await linked.getByRole('region', { name: 'Event 1', exact: true }).waitFor();
  });

  test('an item: its version, the runs that made it so, its pointers and objects', async () => {
    const page = await open('/items?key=id%3Dfield-notes-1961');
    await page.getByRole('heading', { name: 'id=field-notes-1961' }).waitFor();
    await rows(page).nth(2).waitFor();
    expect(await rows(page).locator('.outcome').allInnerTexts()).toEqual([
      'Rolled back',
      'Rejected',
      'Committed',
    ]);
    const objects = page.getByRole('region', { name: 'Pointers and objects' });
    expect(await objects.getByRole('row', { name: 'the item points at it' }).count()).toBe(3);
    await objects.getByRole('link').first().click();
    await page.waitForURL(/\/runs\/create\/create-field-notes-1961-/);
    await page.goto(address('/items?key=id%3Datlas-of-moths'));
    await page.getByText('of a run in flight').first().waitFor();
    await shoot(page, 'item', ['light']);
    await page.goto(address('/items?key=no-such-item'));
    await page.getByText('does not exist').waitFor();
  });

  test('an address that is of no view says so', async () => {
    for (const path of ['/runs/sweep/x', '/runs/create/%']) {
      const page = await open(path);
      await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    }
  });
});

describe('searching and moving by keyboard', () => {
  test('the search finds items by key and runs by name or ARN, and says what it does not find', async () => {
    const page = await open('/', { expected: /404|400/ });
    const find = async (text: string) => {
      await page.keyboard.press('/');
      await page.keyboard.type(text);
      await page.keyboard.press('Enter');
    };
    await find('star-chart-north');
    await page.waitForURL(address('/?item=star-chart-north'));
    await expect.poll(() => rows(page).count()).toBe(2);
    await page.getByRole('link', { name: 'Open the item' }).click();
    await page.getByRole('heading', { name: 'star-chart-north' }).waitFor();
    const arn = stage.store.descriptor.stateMachines.update.replace(':stateMachine:', ':execution:');
    await page.locator('body').press('Escape');
    await find(`${arn}:${stage.scenario.committed}`);
    await page.getByRole('heading', { name: stage.scenario.committed }).waitFor();
    await find(arn.replace(/\d{12}/, '999999999999').concat(':x'));
    await page.getByText('the store is in 000000000000').waitFor();
  });

  test('the list is walked by arrows and letters, a run is opened by Enter and left by Esc', async () => {
    const page = await open();
    const focused = () => page.evaluate(() => document.activeElement?.closest('.row')?.textContent ?? '');
    await rows(page).nth(11).waitFor();
    await page.keyboard.press('j');
    expect(await focused()).toContain('Running');
    await page.keyboard.press('j');
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toContain('Committed');
    await page.keyboard.press('End');
    await expect.poll(focused).toContain('atlas-of-moths');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await expect.poll(focused).toContain('Rolled back');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: stage.scenario.rolledBack }).waitFor();
    await page.keyboard.press('Escape');
    await page.waitForURL(address('/'));
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  test('the focus can be seen', async () => {
    const page = await open(runPath(stage.scenario.stuck));
    await picture(page).waitFor();
    const unseen = await page.evaluate(() => {
      const focusable = document.querySelectorAll<HTMLElement>('a, button, input, select, [tabindex="0"]');
      return [...focusable].flatMap((element) => {
        const before = look(element);
        element.focus({ focusVisible: true } as FocusOptions);
        if (document.activeElement !== element) return [];
        return look(element) === before ? [element.outerHTML.slice(0, 80)] : [];
      });
      function look(element: HTMLElement): string {
        const parts = [element, ...element.querySelectorAll('.outline')];
        return parts
          .map((part) => {
            const { outline, boxShadow, stroke, strokeWidth } = getComputedStyle(part);
            return [outline, boxShadow, stroke, strokeWidth].join();
          })
          .join();
      }
    });
    expect(unseen).toEqual([]);
  });
});

describe('themes', () => {
  test('follow the system until one is chosen, which is remembered', async () => {
    const page = await open();
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await ground();
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.getByRole('button', { name: /^Theme: as the system/ }).click();
    expect(await ground()).toBe(light);
    await page.reload();
    await page.getByRole('button', { name: /^Theme: light/ }).click();
    expect(await ground()).toBe(dark);
  });

  test.each(['light', 'dark'] as const)(
    'axe finds nothing in %s: list, run, item, dialogs, errors',
    async (theme) => {
      const page = await open('/', { expected: /404/ });
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      const found: string[] = [];
      const check = async (what: string) => {
        for (const each of await violations(page)) found.push(`${what}: ${each}`);
      };
      await rows(page).nth(11).waitFor();
      await page.getByRole('button', { name: 'Running' }).click();
      await rows(page).nth(1).waitFor({ state: 'detached' });
      await check('list');
      for (const name of [
        stage.scenario.stuck,
        stage.scenario.rolledBack,
        stage.scenario.committed,
        stage.scenario.running.name,
      ]) {
        await page.goto(address(`${runPath(name)}?state=2`));
        await page.locator('.state-details').waitFor();
        await picture(page).waitFor();
        await check(name);
      }
      await page.getByRole('button', { name: 'Stop…' }).click();
      await check('stop dialog');
      await page.goto(address(`${runPath(stage.scenario.committed)}?tab=events`));
      await page.getByRole('button', { name: /ExecutionStarted/ }).click();
      await check('events');
      await page.goto(address(runPath(stage.scenario.unknown)));
      await page.getByRole('button', { name: 'Replay…' }).click();
      await page.getByRole('checkbox').waitFor();
      await check('replay dialog');
      await page.goto(address('/items?key=id%3Datlas-of-moths'));
      await rows(page).nth(2).waitFor();
      await check('item');
      await page.goto(address('/runs/update/no-such-run'));
      await page.getByRole('heading', { name: 'No such run' }).waitFor();
      await check('unknown run');
      await page.goto(address('/'));
      await rows(page).nth(11).waitFor();
      await page.setViewportSize({ width: 400, height: 800 });
      await check('narrow list');
      await page.goto(address(runPath(stage.scenario.rolledBack)));
      await picture(page).waitFor();
      await check('narrow run');
      expect(found).toEqual([]);
    },
  );
});

test('of many iterations those that went well are folded, until somebody wants to see them', async () => {
  const largeAttributes = Object.fromEntries(
    Array.from({ length: 20 }, (_, at) => [`part-${at}`, { text: `part ${at}` }]),
  );
  const run = await stage.store.start('create', { key: { id: 'in-parts' }, largeAttributes });
  await stage.store.passUntilEnd(run);
  const page = await open(`/runs/create/${run.name}`);
  const parts = page.locator('[data-row="PutObject"]');
  await page.getByRole('button', { name: 'Show 16 more that succeeded' }).waitFor();
  expect(await parts.count()).toBe(4);
  await picture(page)
    .getByRole('button', { name: /^PutObject ×20/ })
    .click();
  await page.locator('.state-details').waitFor();
  expect(await parts.count()).toBe(5);
  await page.getByRole('button', { name: 'Show 15 more that succeeded' }).click();
  await expect.poll(() => parts.count()).toBe(20);
});
