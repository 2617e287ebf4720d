// The console in a real browser, over a local cloud in which runs of every outcome have happened.

import type { Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { type ExpressScenario, playExpressScenario } from '../console/express-scenario.ts';
import { playScenario, type Scenario } from '../console/scenario.ts';
import { auditOf, serveConsole, type TestConsole } from '../console/serve.ts';
import { type StoreOptions, startStore, type TestStore } from '../e2e/harness.ts';
import type { BrowserForTests } from './browser.ts';

export interface ConsoleStage<S> {
  readonly store: TestStore;
  readonly scenario: S;
  readonly running: TestConsole;
  /** A page of the console, as the printed address opens it and at the time of the cloud. */
  open(path?: string, options?: { readonly expected?: RegExp }): Promise<Page>;
  address(path: string): string;
}

/** Plays the scenario and serves the console before the tests of a file. */
export function useConsole(browser: BrowserForTests): ConsoleStage<Scenario> {
  return useConsoleOver(browser, {}, playScenario);
}

/** The same over a store with an Express lane, and runs of that. */
export function useExpressConsole(browser: BrowserForTests): ConsoleStage<ExpressScenario> {
  return useConsoleOver(browser, { lane: 'express' }, playExpressScenario);
}

function useConsoleOver<S>(
  browser: BrowserForTests,
  options: StoreOptions,
  play: (store: TestStore) => Promise<S>,
): ConsoleStage<S> {
  let store: TestStore;
  let scenario: S;
  let running: TestConsole;
  beforeAll(async () => {
    store = await startStore({ clock: 'manual', ...options });
    scenario = await play(store);
    running = await serveConsole(auditOf(store));
  });
  afterAll(async () => {
    await running?.stop();
    await store?.[Symbol.asyncDispose]();
  });
  const address = (path: string) => `http://127.0.0.1:${running.port}${path}`;
  return {
    get store() {
      return store;
    },
    get scenario() {
      return scenario;
    },
    get running() {
      return running;
    },
    address,
    async open(path = '/', { expected } = {}) {
      const page = await browser.openPage(expected);
      await page.setViewportSize({ width: 1360, height: 860 });
      await page.clock.setSystemTime(store.cloud.clock.now());
      await page.goto(running.url);
      await page.getByRole('table', { name: 'Runs, newest first' }).waitFor();
      if (path !== '/') await page.goto(address(path));
      return page;
    },
  };
}

export const runPath = (name: string) => `/runs/${name.split('-')[0]}/${name}`;
export const rows = (page: Page) => page.locator('.row.run');
export const row = (page: Page, text: string) => rows(page).filter({ hasText: text });
export const picture = (page: Page) => page.getByRole('region', { name: 'State graph' });
export const verdict = (page: Page) => page.locator('.verdict');
