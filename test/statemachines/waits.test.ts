// The arithmetic of all waits: what each must outlast, with its margin, in the definitions and in the template as they are.

import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { DESCRIBE_LAG_SECONDS, MIN_GRACE_SECONDS, TOKEN_LIFETIME_SECONDS } from '../../core/errors/limits.ts';
import { OPERATIONS } from '../../core/keys/run.ts';
import {
  CLOCK_SKEW_SECONDS,
  COPY_LIFE_SECONDS,
  FUNCTION_TIMEOUT_SECONDS,
  functionLife,
  LOST_LIVES,
  LOST_PUT_PAUSE_SECONDS,
  LOST_WRITE_PAUSE_SECONDS,
  MARGIN_SECONDS,
  PAUSES_AFTER_REDRIVE,
  QUICK_PUTS_SECONDS,
  RELIED_TOKEN_SECONDS,
  REQUEST_LIFE_SECONDS,
  SETTLE_SECONDS,
  WRITE_PAUSE_SECONDS,
} from '../../core/saga/waits.ts';
import { LargeItemStack } from '../../lib/index.ts';
import { evaluate, pauses, type Retrier, stateOf, writeTask } from './machines.ts';

const WRITES = ['create', 'update'] as const;

function retrierOf(retriers: readonly Retrier[] | undefined, error: string): Retrier {
  const found = retriers?.find(({ ErrorEquals }) => ErrorEquals.includes(error));
  if (found === undefined) throw new Error(`nothing retries ${error}`);
  return found;
}

function sum(seconds: readonly number[]): number {
  return seconds.reduce((total, each) => total + each, 0);
}

describe('each wait outlasts what it waits for, by the margin', () => {
  test.each([
    ['a request', WRITE_PAUSE_SECONDS, REQUEST_LIFE_SECONDS],
    ['a lost function of a write', LOST_WRITE_PAUSE_SECONDS, LOST_LIVES.write],
    ['a lost function of an inline put', LOST_PUT_PAUSE_SECONDS, LOST_LIVES.inlinePut],
    ['puts that S3 answered', SETTLE_SECONDS.answered, REQUEST_LIFE_SECONDS],
    ['inline puts', SETTLE_SECONDS.inline, LOST_LIVES.inlinePut],
    ['copies', SETTLE_SECONDS.copy, LOST_LIVES.copy],
    [
      'puts that are taken for quick: had one been lost, they were not',
      LOST_PUT_PAUSE_SECONDS,
      QUICK_PUTS_SECONDS,
    ],
    [
      "the last request under a write's token",
      TOKEN_LIFETIME_SECONDS,
      RELIED_TOKEN_SECONDS + CLOCK_SKEW_SECONDS + 25,
    ],
    [
      'any function and its requests, before a sweep takes an ended run for ended',
      DESCRIBE_LAG_SECONDS,
      LOST_LIVES.copy,
    ],
    ['the same by the grace alone', MIN_GRACE_SECONDS, LOST_LIVES.copy],
  ])('%s', (_, wait, life) => {
    expect(wait).toBeGreaterThanOrEqual(life + MARGIN_SECONDS);
  });

  test('a copy lives longer than a request', () => {
    expect(COPY_LIFE_SECONDS).toBeGreaterThan(REQUEST_LIFE_SECONDS);
  });
});

describe.each(OPERATIONS)('%s', (operation) => {
  const { Retry, TimeoutSeconds } = writeTask(operation);
  const known = pauses(retrierOf(Retry, 'WriteInDoubt'));
  const lost = pauses(retrierOf(Retry, 'States.ALL'));

  test('writes again after a pause by what it knows of the attempt', () => {
    expect(Math.min(...known)).toBe(WRITE_PAUSE_SECONDS);
    expect(Math.min(...lost)).toBe(LOST_WRITE_PAUSE_SECONDS);
  });

  test('begins after a redrive when the function of the stopped run is over', () => {
    const waited = sum(known.slice(0, PAUSES_AFTER_REDRIVE));
    expect(waited).toBeGreaterThanOrEqual(LOST_LIVES.write + MARGIN_SECONDS);
  });

  test("uses all attempts within the token's life", () => {
    for (const each of [known, lost]) {
      const spent = sum(each) + each.length * Number(TimeoutSeconds);
      expect(spent).toBeLessThan(TOKEN_LIFETIME_SECONDS);
    }
  });

  test('gives each task more time than its function can take', () => {
    const tasks = { Plan: 'plan', WriteItem: 'write-item', DeleteItem: 'write-item' } as const;
    const deletions = ['DeleteCreatedObjects', 'DeleteReplacedObjects', 'DeleteUnwrittenObjects'];
    const all: readonly (readonly [string, keyof typeof FUNCTION_TIMEOUT_SECONDS])[] = [
      ...Object.entries(tasks),
      ...[...deletions, 'EndUnfinishedUploads'].map((name) => [name, 'delete-objects'] as const),
    ];
    const found = all.flatMap(([name, task]) => {
      try {
        return [[stateOf(operation, name).TimeoutSeconds, task] as const];
      } catch {
        return []; // another operation's
      }
    });
    expect(found.length).toBeGreaterThan(2);
    for (const [seconds, task] of found) {
      expect(seconds).toBeGreaterThanOrEqual(functionLife(task) + MARGIN_SECONDS);
    }
  });
});

describe.each(WRITES)('puts of %s', (operation) => {
  const { Retry, TimeoutSeconds } = stateOf(operation, 'PutObject');

  test('are made again at once only where nothing outlasts a request', () => {
    expect(retrierOf(Retry, 'PutUnavailable')).toMatchObject({ IntervalSeconds: 1 });
    expect(Math.min(...pauses(retrierOf(Retry, 'States.ALL')))).toBe(LOST_PUT_PAUSE_SECONDS);
  });

  test.each([
    ['put-inline', { text: 'a' }],
    ['put-object', { staged: { key: 'staging/a' } }],
  ] as const)('%s gets more time than the function can take', async (task, content) => {
    const Input = { largeAttributes: { page: content } };
    const seconds = await evaluate(TimeoutSeconds, {
      input: { attribute: 'page' },
      context: { Execution: { Input } },
    });
    expect(seconds).toBeGreaterThanOrEqual(functionLife(task) + MARGIN_SECONDS);
  });
});

test('the template gives each function the time that the waits reckon with', () => {
  const app = new App({ analyticsReporting: false, context: { 'aws:cdk:disable-asset-staging': true } });
  const template = Template.fromStack(new LargeItemStack(app, 'Twinwrite'));
  const timeouts = Object.entries(template.findResources('AWS::Lambda::Function')).map(
    ([id, { Properties }]) => [id.replace(/[0-9A-F]{8}$/, ''), Properties.Timeout],
  );
  expect(Object.fromEntries(timeouts)).toMatchObject({
    DocsTasksPlan: FUNCTION_TIMEOUT_SECONDS.plan,
    DocsTasksPutInline: FUNCTION_TIMEOUT_SECONDS['put-inline'],
    DocsTasksPutObject: FUNCTION_TIMEOUT_SECONDS['put-object'],
    DocsTasksWriteItem: FUNCTION_TIMEOUT_SECONDS['write-item'],
    DocsTasksDeleteObjects: FUNCTION_TIMEOUT_SECONDS['delete-objects'],
    DocsTasksSettleRun: FUNCTION_TIMEOUT_SECONDS['settle-run'],
  });
});
