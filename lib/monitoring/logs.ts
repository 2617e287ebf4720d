// Where a store logs: its sagas' state machines, the sweep's, and the functions, apart, since metrics count the first alone.

import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

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
  /** It must let CloudWatch Logs use it. */
  readonly encryptionKey?: IKey | undefined;
}

export function createLogs(store: Construct, options: StoreLogsOptions): StoreLogs {
  const name = `${Stack.of(store).stackName}-${store.node.addr.slice(-8)}`;
  const make = (id: string, logGroupName: string): LogGroup =>
    new LogGroup(store, id, { ...options, logGroupName, removalPolicy: RemovalPolicy.DESTROY });
  return {
    // Under this name CloudWatch Logs needs no resource policy per log group, whose number is limited.
    runs: make('Logs', `/aws/vendedlogs/states/${name}`),
    sweeps: make('SweepLogs', `/aws/vendedlogs/states/${name}-sweeps`),
    tasks: make('TaskLogs', `/aws/lambda/${name}`),
  };
}
