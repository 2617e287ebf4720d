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
import { countsFromNow, type TimeChoice, windowOf } from './input/times.ts';
import type { Io } from './io.ts';
import { connect, type StackChoice } from './store.ts';

export interface RunFilterOptions extends StackChoice, TimeChoice {
  readonly operation?: readonly Operation[];
  readonly outcome?: readonly Outcome[];
  readonly lane?: readonly Lane[];
  readonly item?: Pairs<string>;
}

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

/**
 * Which runs the options choose. What they say of times is by AWS's clock, which is asked for where they count from now.
 * @throws {UsageError} when --item is no key of the table, --lane none of the store, or no time is in the window
 */
export async function filterOf(options: RunFilterOptions, context: AuditContext): Promise<RunFilter> {
  const { store } = context;
  const { operation, outcome, lane, item } = options;
  if (lane?.includes('express') && store.express === undefined) {
    throw new UsageError("--lane: this store has no Express lane; the construct's `express: true` makes it");
  }
  const key = item && keyOfOption(item, store);
  const now = countsFromNow(options) ? await askedTime(context) : timeNow(context);
  return {
    operations: operation,
    outcomes: outcome,
    lanes: lane,
    ...windowOf(options, now),
    ...(key && { key }),
  };
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
