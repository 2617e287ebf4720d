// Pictures for the documentation. They show times, so that no two are alike: they are taken when somebody asks for new
// ones, with UPDATE_SCREENSHOTS=1.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

const DOCS = join(import.meta.dirname, '..', '..', 'docs');

type Scheme = 'light' | 'dark';

/**
 * @param folder - below docs/
 * @returns takes a picture in each colour scheme, when pictures are asked for
 */
export function screenshots(
  folder: string,
): (page: Page, name: string, schemes: readonly Scheme[]) => Promise<void> {
  return async (page, name, schemes) => {
    if (process.env.UPDATE_SCREENSHOTS !== '1') return;
    await mkdir(join(DOCS, folder), { recursive: true });
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(DOCS, folder, `${name}-${colorScheme}.png`) });
    }
    await page.emulateMedia({ colorScheme: null });
  };
}
