// Uploads in the staging prefix that no run needs any more.

import { OPERATIONS, type Operation } from '../../core/keys/run.ts';
import type { ListedObject } from '../../core/sweep/named-object.ts';
import { inOrder } from '../streams.ts';
import type { Check } from './check.ts';
import { list } from './objects.ts';

const CONCURRENCY = 4;
const DAY_MS = 24 * 60 * 60 * 1000;
/** The bucket's lifecycle deletes them after 15 days, and works once a day. */
const KEPT_DAYS = 17;

export async function checkStaged(check: Check): Promise<void> {
  const all = `${check.store.stagingPrefix}/`;
  const { prefix = all } = check;
  if (!prefix.startsWith(all) && !all.startsWith(prefix)) return;
  const staged = list(check, prefix.length > all.length ? prefix : all);
  for await (const _checked of inOrder(staged, CONCURRENCY, (object) => checkUpload(check, object)));
}

async function checkUpload(
  check: Check,
  { key: objectKey, size, lastModified }: ListedObject,
): Promise<void> {
  const because = await whyLeftOver(check, objectKey, lastModified);
  if (because === undefined) return;
  await check.report({
    kind: 'staged',
    objectKey,
    size,
    lastModified: new Date(lastModified).toISOString(),
    because,
  });
}

async function whyLeftOver(check: Check, key: string, lastModified: number): Promise<string | undefined> {
  const days = Math.floor((Date.now() - lastModified) / DAY_MS);
  if (days >= KEPT_DAYS) return `it is ${days} days old: has the bucket lost its lifecycle rule?`;
  const run = runOf(check, key);
  const execution = run && (await check.runs.describe(run));
  return execution?.status === 'SUCCEEDED' ? 'its run has succeeded' : undefined;
}

/** The run that the client uploaded it for: `{stagingPrefix}/{operation}/{execution name}/{attribute}`. */
function runOf({ store }: Check, key: string): { operation: Operation; name: string } | undefined {
  const [operation, name, attribute] = key.slice(store.stagingPrefix.length + 1).split('/');
  const known = OPERATIONS.find((each) => each === operation);
  return known === undefined || name === undefined || attribute === undefined
    ? undefined
    : { operation: known, name };
}
