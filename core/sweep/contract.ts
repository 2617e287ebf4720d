// The contract of a sweep's execution: what it takes, and how long a grace must be.

import * as z from 'zod/mini';
import { en } from 'zod/v4/locales';
import { invalidInput } from '../errors/errors.ts';
import { DEFAULT_GRACE_SECONDS, MIN_GRACE_SECONDS } from '../errors/limits.ts';
import { once } from '../values/once.ts';

const UNIT_SECONDS = { s: 1, m: 60, h: 60 * 60, d: 24 * 60 * 60 } as const;
const MAX_GRACE_SECONDS = 3650 * UNIT_SECONDS.d;

/** Children that run at the same time unless the input says otherwise: a sweep is no reason to throttle the sagas. */
const DEFAULT_CONCURRENCY = 10;

const inputSchema = once(() =>
  z.strictObject({
    dryRun: z
      ._default(z.boolean(), true)
      .check(z.describe('Report what would be deleted, and delete nothing')),
    grace: z
      ._default(z.string(), formatDuration(DEFAULT_GRACE_SECONDS))
      .check(z.describe('Objects younger than this stay: a number and s, m, h or d; at least 1h')),
    legacy: z
      ._default(z.boolean(), false)
      .check(
        z.describe('Also sweep objects that pynamodb_mate put; only once nothing writes with it any more'),
      ),
    inventory: z
      .optional(
        z.strictObject({
          bucket: z.string().check(z.minLength(1)),
          key: z.string().check(z.minLength(1), z.describe('Key of the manifest.json of one report, in CSV')),
        }),
      )
      .check(z.describe('An S3 Inventory to read in place of the list of the bucket')),
    maxConcurrency: z
      ._default(z.int().check(z.minimum(1), z.maximum(10_000)), DEFAULT_CONCURRENCY)
      .check(z.describe('How many batches are looked at side by side')),
  }),
);
/** What callers write. */
export type SweepInput = z.input<ReturnType<typeof inputSchema>>;
export type ParsedSweepInput = z.output<ReturnType<typeof inputSchema>>;

/** JSON Schema (2020-12) of the input, as published for other languages. */
export function sweepInputJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(inputSchema(), { io: 'input' });
}

/**
 * The input, checked, with its defaults.
 * @throws {SagaError} InvalidInput that names the field and its value
 */
export function parseSweepInput(input: unknown): ParsedSweepInput & { readonly graceSeconds: number } {
  const result = inputSchema().safeParse(input, { error: en().localeError });
  if (result.success) return { ...result.data, graceSeconds: parseGrace(result.data.grace) };
  const [issue] = result.error.issues;
  if (issue === undefined) throw result.error;
  const field = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : issue.path;
  const problem = issue.code === 'unrecognized_keys' ? 'unknown field' : issue.message;
  throw invalidInput(field.length === 0 ? 'input' : field.join('.'), undefined, problem);
}

/**
 * Seconds of a grace such as `24h`.
 * @throws {SagaError} InvalidInput when it is no duration, or shorter than {@link MIN_GRACE_SECONDS}
 */
export function parseGrace(text: string, field = 'grace'): number {
  const [, amount, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined) {
    throw invalidInput(field, text, 'expected a number and s, m, h or d, such as 24h');
  }
  const seconds = Number(amount) * UNIT_SECONDS[unit as keyof typeof UNIT_SECONDS];
  if (seconds < MIN_GRACE_SECONDS) throw invalidInput(field, text, GRACE_TOO_SHORT);
  if (seconds > MAX_GRACE_SECONDS) throw invalidInput(field, text, 'expected ten years at most');
  return seconds;
}

/** Why a shorter grace is refused. */
export const GRACE_TOO_SHORT = `a grace is at least ${formatDuration(MIN_GRACE_SECONDS)}: a writer may have put an object and not yet pointed its item at it`;

/** `24h` for whole hours, else the largest unit that fits. */
export function formatDuration(seconds: number): string {
  const unit = (['h', 'm'] as const).find((each) => seconds % UNIT_SECONDS[each] === 0) ?? 's';
  return `${seconds / UNIT_SECONDS[unit]}${unit}`;
}
