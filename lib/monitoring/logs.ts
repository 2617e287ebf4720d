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
  /** The same of sweeps and their batches. */
  readonly sweeps: LogGroup;
  /** A line for each attempt of each task, and what Lambda says of it. */
  readonly tasks: LogGroup;
}

export interface StoreLogsOptions {
  readonly retention: RetentionDays;
  /** It lets CloudWatch Logs use it from then on. */
  readonly encryptionKey?: IKey | undefined;
}

export function createLogs(store: Construct, options: StoreLogsOptions): StoreLogs {
  const name = `${Stack.of(store).stackName}-${store.node.addr.slice(-8)}`;
  const { retention, encryptionKey } = options;
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
    sweeps: make('SweepLogs', `/aws/vendedlogs/states/${name}-sweeps`),
    tasks: make('TaskLogs', `/aws/lambda/${name}`),
  };
}
