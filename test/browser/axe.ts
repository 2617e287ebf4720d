// What axe finds against a page: all its rules, best practices included.

import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** `rule: element`, one for each element that violates a rule. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const results = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
  return results.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, any, all, none }) => {
      const [why] = [...any, ...all, ...none].map(({ message }) => message);
      return `${id} (${help}): ${target.join(' ')}: ${why ?? ''}`;
    }),
  );
}
