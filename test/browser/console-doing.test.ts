// What the console lets one do, and what no page may.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetExecutionHistoryCommand } from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import { auditOf, serveConsole } from '../console/serve.ts';
import { useBrowser } from './browser.ts';
import { row, rows, runPath, useConsole, verdict } from './console-stage.ts';
import { screenshots } from './screenshots.ts';

const browser = useBrowser();
const shoot = screenshots('console');
const stage = useConsole(browser);
const { address, open } = stage;

describe('what a page cannot do', () => {
  test('without the secret of this start it shows nothing, and says how to get in', async () => {
    const page = await browser.openPage(/401/);
    await page.goto(address(runPath(stage.scenario.stuck)));
    await page.getByText('open the address that `twinwrite console` has printed').waitFor();
    expect(await page.locator('body').innerText()).not.toContain('moon-phases');
    await page.goto(address('/#secret=of-an-earlier-start'));
    await page.getByText('open the address that `twinwrite console` has printed').waitFor();
    await page.goto(stage.running.url);
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
    const stop = address(`/api${runPath(stage.scenario.running.name)}/stop`);
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
      [address('/api/session'), stop, stage.running.secret],
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
    const { events } = await stage.store.sfn.send(
      new GetExecutionHistoryCommand({ executionArn: stage.scenario.running.arn }),
    );
    expect(events?.at(-1)?.type).not.toBe('ExecutionAborted');
  });

  test('text of runs stays text', async () => {
    const hostile = `<img src=x onerror="globalThis.hacked=1"><script>globalThis.hacked=1</script>`;
    const run = await stage.store.start('create', {
      key: { id: hostile },
      attributes: { [hostile]: hostile },
      more: hostile,
    });
    await stage.store.passUntilEnd(run);
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
    expect(await dialog.innerText()).toContain(`${stage.scenario.rolledBack}-replay-1`);
    expect(await dialog.innerText()).toContain('version 1');
    await shoot(page, 'replay', ['dark']);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Replay…' }).click();
    await dialog.getByRole('button', { name: 'Replay', exact: true }).click();
    await page.waitForURL(address(runPath(`${stage.scenario.rolledBack}-replay-1`)));
    await page.locator('.badge.filled', { hasText: 'Committed' }).waitFor();
    await page.getByRole('link', { name: stage.scenario.rolledBack, exact: true }).click();
    await page.getByRole('heading', { name: stage.scenario.rolledBack, exact: true }).waitFor();
    await page.getByRole('button', { name: 'Replay…' }).click();
    await dialog.getByText('This run cannot be replayed as it is').waitFor();
    expect(await dialog.getByRole('button', { name: 'Replay', exact: true }).isDisabled()).toBe(true);
    expect((await stage.store.item({ id: { S: 'field-notes-1961' } }))?.title).toEqual({
      S: 'Field notes, 1961',
    });
  });

  test('a stuck run is redriven, and the page follows it to its end', async () => {
    const page = await open(runPath(stage.scenario.stuck));
    await page.getByRole('button', { name: 'Replay…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('A redrive of the same run').waitFor();
    await dialog.getByRole('button', { name: 'Redrive' }).click();
    await page.locator('.badge.filled', { hasText: 'Rolled back' }).waitFor();
    await page.getByText('Redriven', { exact: true }).waitFor();
    expect(await stage.store.objects('items/pk=moon-phases/')).toEqual([]);
  });

  test('a run in flight is seen to end in the list, without anybody asking', async () => {
    const page = await open();
    await rows(page).nth(11).waitFor();
    const inFlight = row(page, 'Running');
    await inFlight.waitFor();
    await stage.store.passUntilEnd(stage.scenario.running);
    await inFlight.waitFor({ state: 'detached' });
    expect(await rows(page).locator('.outcome').first().innerText()).toBe('Committed');
  });

  test('a run is stopped only with a reason, and says it from then on', async () => {
    stage.store.cloud.faults.inject({
      service: 'dynamodb',
      operation: 'TransactWriteItems',
      when: 'before',
      error: 'InternalServerError',
      times: 'always',
    });
    const run = await stage.store.start('update', { key: { id: 'star-chart-north' }, set: { title: 'x' } });
    await run.until((events) => events.some(({ type }) => type === 'TaskFailed'));
    stage.store.cloud.faults.clear();
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
    const other = await serveConsole(auditOf(stage.store));
    await page.goto(other.url);
    await rows(page).nth(5).waitFor();
    await row(page, 'Rejected').first().getByRole('link').focus();
    await other.stop();
    await page.getByText('Is `twinwrite console` still running?').waitFor({ timeout: 20_000 });
    expect(await rows(page).count()).toBeGreaterThan(5);
  });
});
