// Where a store logs: its sagas' state machines, the sweep's, and the functions, apart, since metrics count the first alone.

import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { allowLogs } from '../rights/keys.ts';

/** The log groups of a store. */
export interface StoreLogs {
  /** Every event of every run, without input and output. */
  readonly runs: LogGroup;
  /** Of the Express lane's runs what its `logLevel` says, where the store has one: nothing else tells of them afterwards. */
  readonly express?: LogGroup;
  /** Every event of sweeps and their batches, likewise. */
  readonly sweeps: LogGroup;
  /** A line for each attempt of each task, and what Lambda says of it. */
  readonly tasks: LogGroup;
}

export interface StoreLogsOptions {
  readonly retention: RetentionDays;
  /** Whether the store has an Express lane. */
  readonly express: boolean;
  /** It lets CloudWatch Logs use it from then on. */
  readonly encryptionKey?: IKey | undefined;
}

export function createLogs(store: Construct, options: StoreLogsOptions): StoreLogs {
  const name = `${Stack.of(store).stackName}-${store.node.addr.slice(-8)}`;
  const { retention, encryptionKey, express } = options;
  const make = (id: string, logGroupName: string): LogGroup => {
    if (encryptionKey !== undefined) allowLogs(store, encryptionKey, logGroupName);
    return new LogGroup(store, id, {
      logGroupName,
      retention,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(encryptionKey !== undefined && { encryptionKey }),
    });
  };
  return {
    // Under this name CloudWatch Logs needs no resource policy per log group, whose number is limited.
    runs: make('Logs', `/aws/vendedlogs/states/${name}`),
    ...(express && { express: make('ExpressLogs', `/aws/vendedlogs/states/${name}-express`) }),
    sweeps: make('SweepLogs', `/aws/vendedlogs/states/${name}-sweeps`),
    tasks: make('TaskLogs', `/aws/lambda/${name}`),
  };
}
