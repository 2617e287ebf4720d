// The console in a real browser, over a local cloud in which runs of every outcome have happened.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetExecutionHistoryCommand } from '@aws-sdk/client-sfn';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { playScenario, type Scenario } from '../console/scenario.ts';
import { serveConsole, type TestConsole } from '../console/serve.ts';
import { startStore, type TestStore } from '../e2e/harness.ts';
import { violations } from './axe.ts';
import { useBrowser } from './browser.ts';
import { screenshots } from './screenshots.ts';

const browser = useBrowser();
const shoot = screenshots('console');
let store: TestStore;
let scenario: Scenario;
let running: TestConsole;

beforeAll(async () => {
  store = await startStore({ clock: 'manual' });
  scenario = await playScenario(store);
  running = await serveConsole(store);
});
afterAll(async () => {
  await running?.stop();
  await store?.[Symbol.asyncDispose]();
});

const address = (path: string) => `http://127.0.0.1:${running.port}${path}`;
const runPath = (name: string) => `/runs/${name.split('-')[0]}/${name}`;

/** A page of the console, as the printed address opens it and at the time of the cloud. */
async function open(path = '/', { expected }: { expected?: RegExp } = {}): Promise<Page> {
  const page = await browser.openPage(expected);
  await page.setViewportSize({ width: 1360, height: 860 });
  await page.clock.setSystemTime(store.cloud.clock.now());
  await page.goto(running.url);
  await page.getByRole('table', { name: 'Runs, newest first' }).waitFor();
  if (path !== '/') await page.goto(address(path));
  return page;
}

const rows = (page: Page) => page.locator('.row.run');
const row = (page: Page, text: string) => rows(page).filter({ hasText: text });
const picture = (page: Page) => page.getByRole('region', { name: 'State graph' });
const verdict = (page: Page) => page.locator('.verdict');

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
    const page = await open(runPath(scenario.rolledBack));
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
    const done = await outlineOf(scenario.rolledBack, 'Plan');
    const undone = await outlineOf(scenario.rolledBack, 'DeleteCreatedObjects');
    const failed = await outlineOf(scenario.stuck, 'DeleteCreatedObjects');
    expect([done.corners, undone.corners, failed.corners]).toEqual(['AAAA', 'LLLLL', 'LLLLLLL']);
    expect(new Set([done.stroke, undone.stroke, failed.stroke]).size).toBe(3);
  });

  test('a state tells its attempts, its input and its output, and can be linked to', async () => {
    const page = await open(runPath(scenario.committed));
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
    const arn = store.descriptor.stateMachines.update.replace(':stateMachine:', ':execution:');
    await page.locator('body').press('Escape');
    await find(`${arn}:${scenario.committed}`);
    await page.getByRole('heading', { name: scenario.committed }).waitFor();
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
    await page.getByRole('heading', { name: scenario.rolledBack }).waitFor();
    await page.keyboard.press('Escape');
    await page.waitForURL(address('/'));
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  test('the focus can be seen', async () => {
    const page = await open(runPath(scenario.stuck));
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
      for (const name of [scenario.stuck, scenario.rolledBack, scenario.committed, scenario.running.name]) {
        await page.goto(address(`${runPath(name)}?state=2`));
        await page.locator('.state-details').waitFor();
        await picture(page).waitFor();
        await check(name);
      }
      await page.getByRole('button', { name: 'Stop…' }).click();
      await check('stop dialog');
      await page.goto(address(`${runPath(scenario.committed)}?tab=events`));
      await page.getByRole('button', { name: /ExecutionStarted/ }).click();
      await check('events');
      await page.goto(address(runPath(scenario.unknown)));
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
      await page.goto(address(runPath(scenario.rolledBack)));
      await picture(page).waitFor();
      await check('narrow run');
      expect(found).toEqual([]);
    },
  );
});

describe('what a page cannot do', () => {
  test('without the secret of this start it shows nothing, and says how to get in', async () => {
    const page = await browser.openPage(/401/);
    await page.goto(address(runPath(scenario.stuck)));
    await page.getByText('open the address that `twinwrite console` has printed').waitFor();
    expect(await page.locator('body').innerText()).not.toContain('moon-phases');
    await page.goto(address('/#secret=of-an-earlier-start'));
    await page.getByText('open the address that `twinwrite console` has printed').waitFor();
    await page.goto(running.url);
    await page.getByRole('table', { name: 'Runs, newest first' }).waitFor();
  });

  test('another origin can neither read nor stop, framed, scripted or posted', async () => {
    const page = await browser.openPage(/Failed to load resource|blocked by CORS|Refused|refused|violates/);
    const elsewhere = createServer((_, response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<!doctype html><link rel="icon" href="data:,"><title>another page</title>');
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    await page.goto(`http://localhost:${(elsewhere.address() as AddressInfo).port}/`);
    const stop = address(`/api${runPath(scenario.running.name)}/stop`);
    const answers = await page.evaluate(
      async ([session = '', url = '', secret = '']) => {
        const headers = { 'x-twinwrite-secret': secret };
        const attempt = async (target: string, init: RequestInit) => {
          try {
            const { type, status } = await fetch(target, init);
            return `${type} ${status}`;
          } catch {
            return 'refused';
          }
        };
        const body = '{"cause":"by another page"}';
        return [
          await attempt(session, { headers }),
          await attempt(session, { mode: 'no-cors' }),
          await attempt(url, {
            method: 'POST',
            body,
            headers: { ...headers, 'content-type': 'application/json' },
          }),
          await attempt(url, { method: 'POST', body, mode: 'no-cors' }),
        ];
      },
      [address('/api/session'), stop, running.secret],
    );
    expect(answers).toEqual(['refused', 'refused', 'refused', 'refused']);
    const framed = await page.evaluate(async (url) => {
      const frame = document.createElement('iframe');
      frame.src = url;
      document.documentElement.append(frame);
      await new Promise((resolve) => frame.addEventListener('load', resolve));
      try {
        return frame.contentDocument?.body.textContent ?? 'no document of the console';
      } catch {
        return 'no document of the console';
      }
    }, address('/'));
    expect(framed).toBe('no document of the console');
    elsewhere.close();
    const { events } = await store.sfn.send(
      new GetExecutionHistoryCommand({ executionArn: scenario.running.arn }),
    );
    expect(events?.at(-1)?.type).not.toBe('ExecutionAborted');
  });

  test('text of runs stays text', async () => {
    const hostile = `<img src=x onerror="globalThis.hacked=1"><script>globalThis.hacked=1</script>`;
    const run = await store.start('create', {
      key: { id: hostile },
      attributes: { [hostile]: hostile },
      more: hostile,
    });
    await store.passUntilEnd(run);
    const page = await open('/?outcome=rejected');
    await row(page, hostile).first().click();
    await page.getByRole('heading', { name: run.name }).waitFor();
    expect(await verdict(page).innerText()).toContain('<img src=x');
    for (const tab of ['Input', 'Output', 'Events']) await page.getByRole('tab', { name: tab }).click();
    await page.goto(address(`/items?key=${encodeURIComponent(hostile)}`));
    await page.getByRole('heading', { name: hostile }).waitFor();
    expect(await page.evaluate(() => 'hacked' in globalThis)).toBe(false);
    expect(await page.locator('img').count()).toBe(0);
  });
});

describe('doing', () => {
  test('from the list to a replay: preview, confirmation, the new run', async () => {
    const page = await open();
    await row(page, 'Rolled back').click();
    await page.getByRole('button', { name: 'Replay…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Replay this run?' });
    await dialog.getByText('A new run with the same input').waitFor();
    expect(await dialog.innerText()).toContain(`${scenario.rolledBack}-replay-1`);
    expect(await dialog.innerText()).toContain('version 1');
    await shoot(page, 'replay', ['dark']);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Replay…' }).click();
    await dialog.getByRole('button', { name: 'Replay', exact: true }).click();
    await page.waitForURL(address(runPath(`${scenario.rolledBack}-replay-1`)));
    await page.locator('.badge.filled', { hasText: 'Committed' }).waitFor();
    await page.getByRole('link', { name: scenario.rolledBack, exact: true }).click();
    await page.getByRole('heading', { name: scenario.rolledBack, exact: true }).waitFor();
    await page.getByRole('button', { name: 'Replay…' }).click();
    await dialog.getByText('This run cannot be replayed as it is').waitFor();
    expect(await dialog.getByRole('button', { name: 'Replay', exact: true }).isDisabled()).toBe(true);
    expect((await store.item({ id: { S: 'field-notes-1961' } }))?.title).toEqual({ S: 'Field notes, 1961' });
  });

  test('a stuck run is redriven, and the page follows it to its end', async () => {
    const page = await open(runPath(scenario.stuck));
    await page.getByRole('button', { name: 'Replay…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('A redrive of the same run').waitFor();
    await dialog.getByRole('button', { name: 'Redrive' }).click();
    await page.locator('.badge.filled', { hasText: 'Rolled back' }).waitFor();
    await page.getByText('Redriven', { exact: true }).waitFor();
    expect(await store.objects('items/pk=moon-phases/')).toEqual([]);
  });

  test('a run in flight is seen to end in the list, without anybody asking', async () => {
    const page = await open();
    await rows(page).nth(11).waitFor();
    const inFlight = row(page, 'Running');
    await inFlight.waitFor();
    await store.passUntilEnd(scenario.running);
    await inFlight.waitFor({ state: 'detached' });
    expect(await rows(page).locator('.outcome').first().innerText()).toBe('Committed');
  });

  test('a run is stopped only with a reason, and says it from then on', async () => {
    store.cloud.faults.inject({
      service: 'dynamodb',
      operation: 'TransactWriteItems',
      when: 'before',
      error: 'InternalServerError',
      times: 'always',
    });
    const run = await store.start('update', { key: { id: 'star-chart-north' }, set: { title: 'x' } });
    await run.until((events) => events.some(({ type }) => type === 'TaskFailed'));
    store.cloud.faults.clear();
    const page = await open(`/runs/update/${run.name}`);
    await page.getByRole('button', { name: 'Stop…' }).click();
    const stop = page.getByRole('dialog').getByRole('button', { name: 'Stop the run' });
    expect(await stop.isDisabled()).toBe(true);
    await page.getByLabel('Why').fill('wrong picture');
    await stop.click();
    await page.locator('.badge.filled', { hasText: 'Aborted' }).waitFor();
    expect(await verdict(page).innerText()).toContain('wrong picture');
  });

  test('when the console has ended, the page says so and keeps what it shows', async () => {
    const page = await open('/', { expected: /ERR_CONNECTION_REFUSED/ });
    await rows(page).nth(5).waitFor();
    const other = await serveConsole(store);
    await page.goto(other.url);
    await rows(page).nth(5).waitFor();
    await row(page, 'Rejected').first().getByRole('link').focus();
    await other.stop();
    await page.getByText('Is `twinwrite console` still running?').waitFor({ timeout: 20_000 });
    expect(await rows(page).count()).toBeGreaterThan(5);
  });
});

test('of many iterations those that went well are folded, until somebody wants to see them', async () => {
  const largeAttributes = Object.fromEntries(
    Array.from({ length: 20 }, (_, at) => [`part-${at}`, { text: `part ${at}` }]),
  );
  const run = await store.start('create', { key: { id: 'in-parts' }, largeAttributes });
  await store.passUntilEnd(run);
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
