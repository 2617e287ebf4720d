// What the commands on runs share: the connection, how options choose runs, and how the wait for them is interrupted.

import type { CloudWatchLogsClientConfig } from '@aws-sdk/client-cloudwatch-logs';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SFNClient } from '@aws-sdk/client-sfn';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { AwsClock, type Listened } from '../audit/clock.ts';
import { type AuditContext, type LogsApi, timeNow } from '../audit/context.ts';
import { LogsUnreadable } from '../audit/errors.ts';
import { canonicalKey } from '../audit/item/key.ts';
import type { RunFilter } from '../audit/runs/list.ts';
import { LANES, type Lane, OUTCOMES, type Outcome } from '../audit/runs/summary.ts';
import { patience } from '../client/platform/platform.ts';
import type { StoreDescriptor } from '../core/contract/store.ts';
import { SagaError } from '../core/errors/errors.ts';
import { OPERATIONS, type Operation } from '../core/keys/run.ts';
import { checkInstalled } from '../local/needs.ts';
import { Interrupted, UsageError } from './errors.ts';
import { asText, type Pairs, pairs } from './input/pairs.ts';
import type { Io } from './io.ts';
import { connect, type StackChoice } from './store.ts';

export interface RunFilterOptions extends StackChoice {
  readonly operation?: readonly Operation[];
  readonly outcome?: readonly Outcome[];
  readonly lane?: readonly Lane[];
  readonly item?: Pairs<string>;
  readonly since?: Time;
  readonly until?: Time;
}

/** A time, or how long before now: milliseconds. */
type Time = Date | { readonly ago: number };

/** Adds what chooses runs by what they did. */
export function withRunFilter(command: Command): Command {
  return command
    .addOption(several('--operation <name>', 'runs of this operation; may be repeated', OPERATIONS))
    .addOption(several('--outcome <name>', 'runs that ended so; may be repeated', OUTCOMES))
    .option('--item <name=value>', 'runs on the item with this key, as --key has it', pairs(asText));
}

/** Adds which lane's runs; the Standard one's alone can be replayed. */
export function withLaneFilter(command: Command): Command {
  return command.addOption(several('--lane <name>', 'runs of this lane', LANES));
}

/** Adds when they started. */
export function withTimeFilter(command: Command): Command {
  return command
    .option('--since <time>', 'runs that started since: 30m, 24h, 7d, or a time (ISO 8601)', asTime)
    .option('--until <time>', 'runs that started before', asTime);
}

/**
 * Which runs the options choose. What they say of times is by AWS's clock, which is asked for where they count from now.
 * @throws {UsageError} when --item is no key of the table, or --lane none of the store
 */
export async function filterOf(options: RunFilterOptions, context: AuditContext): Promise<RunFilter> {
  const { store } = context;
  const { operation, outcome, lane, item, since, until } = options;
  if (lane?.includes('express') && store.express === undefined) {
    throw new UsageError("--lane: this store has no Express lane; the construct's `express: true` makes it");
  }
  const key = item && keyOfOption(item, store);
  const now = isAgo(since) || isAgo(until) ? await askedTime(context) : 0;
  const timeOf = (time: Time | undefined) => (isAgo(time) ? new Date(now - time.ago) : time);
  return {
    operations: operation,
    outcomes: outcome,
    lanes: lane,
    since: timeOf(since),
    until: timeOf(until),
    ...(key && { key }),
  };
}

function isAgo(time: Time | undefined): time is Exclude<Time, Date> {
  return time !== undefined && !(time instanceof Date);
}

/** AWS's time, from an answer: epoch milliseconds. */
async function askedTime(context: AuditContext): Promise<number> {
  const { ListExecutionsCommand } = await import('@aws-sdk/client-sfn');
  const { create: stateMachineArn } = context.store.stateMachines;
  const command = new ListExecutionsCommand({ stateMachineArn, maxResults: 1 });
  await context.sfn
    .send(command)
    .catch((error: { readonly $metadata?: { readonly httpStatusCode?: number } }) => {
      // A refusal tells it, too; why it is refused will be said of the call that is meant.
      if (error.$metadata?.httpStatusCode === undefined) throw error;
    });
  return timeNow(context);
}

/**
 * Connects to AWS, or to what AWS_ENDPOINT_URL names, and finds the store.
 * @throws {StoreNotFound}
 */
export async function connectAudit(options: StackChoice, io: Io): Promise<AuditContext> {
  const [{ store }, { SFNClient: Sfn }, { S3Client: S3 }, { DynamoDBClient: DynamoDB }] = await Promise.all([
    connect(options, io),
    import('@aws-sdk/client-sfn'),
    import('@aws-sdk/client-s3'),
    import('@aws-sdk/client-dynamodb'),
  ]);
  const { region } = store;
  // A call that nothing comes of for so long is given up, and made again as the SDK does.
  const config = { region, ...patience(30) };
  const sfn: SFNClient = new Sfn(config);
  const s3: S3Client = new S3(config);
  const dynamodb: DynamoDBClient = new DynamoDB(config);
  const clock = new AwsClock();
  clock.listenTo(sfn);
  const logs = store.express && (() => logsApi(config, clock));
  return { store, sfn, s3, dynamodb, now: () => clock.now(), ...(logs && { logs }) };
}

const LOGS_CLIENT = '@aws-sdk/client-cloudwatch-logs';

/** @throws {LogsUnreadable} where its package is not installed: a store without an Express lane needs none */
async function logsApi(config: CloudWatchLogsClientConfig, clock: AwsClock): Promise<LogsApi> {
  try {
    checkInstalled('to read the log of Express runs, twinwrite', [LOGS_CLIENT]);
  } catch (error) {
    throw new LogsUnreadable((error as Error).message, { cause: error });
  }
  const { CloudWatchLogs } = await import('@aws-sdk/client-cloudwatch-logs');
  const logs = new CloudWatchLogs(config);
  clock.listenTo(logs as unknown as Listened);
  return logs;
}

/**
 * Runs work that Ctrl-C ends.
 * @param message - what Ctrl-C leaves behind
 */
export async function interruptible<T>(
  io: Io,
  message: string | (() => string),
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  io.interruption.says = typeof message === 'string' ? message : message();
  const stopListening = io.onSignal(['SIGINT'], () => controller.abort());
  try {
    return await work(controller.signal);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    throw new Interrupted(typeof message === 'string' ? message : message());
  } finally {
    stopListening();
  }
}

export function asCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Expected a whole number from 1.');
  return Number(text);
}

const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** `24h` ago, or a time. */
function asTime(text: string): Time {
  const [, amount, unit = ''] = /^(\d{1,6}(?:\.\d+)?)([smhdw])$/.exec(text) ?? [];
  if (amount !== undefined) return { ago: Number(amount) * (UNITS[unit] as number) };
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? new Date(text) : new Date(Number.NaN);
  if (Number.isNaN(time.getTime())) {
    throw new InvalidArgumentError('Expected 30m, 24h, 7d or the like, or a time such as 2026-11-23T15:33Z.');
  }
  return time;
}

function keyOfOption(item: Pairs<string>, store: StoreDescriptor): Pairs<string> {
  try {
    return canonicalKey(item, store.key);
  } catch (error) {
    if (error instanceof SagaError) throw new UsageError(`--item: ${error.message}`);
    throw error;
  }
}

/** An option that may be repeated, or given several values with commas between. */
function several<T extends string>(flags: string, description: string, choices: readonly T[]): Option {
  return new Option(flags, `${description}: ${choices.join(', ')}`).argParser(
    (text: string, previous: readonly T[] = []): readonly T[] => {
      const given = text.split(',');
      const strange = given.find((each) => !(choices as readonly string[]).includes(each));
      if (strange !== undefined) {
        throw new InvalidArgumentError(`"${strange}" is none of ${choices.join(', ')}.`);
      }
      return [...previous, ...(given as T[])];
    },
  );
}
