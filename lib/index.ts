// The CDK construct, as `twinwrite/cdk`.

export type { KeyAttribute, KeyType } from '../core/keys/item-key.ts';
export type { Operation } from '../core/keys/run.ts';
export type { StoreOutputs } from './access/discovery.ts';
export { GrantedStore, type ILargeItemStore } from './access/granted-store.ts';
export type { ImportedStoreProps } from './access/imported-store.ts';
export { Sweep, type SweepConstructProps, type SweepInventory, type SweepProps } from './clean-up/sweep.ts';
export type { AlarmName, StoreAlarmsByName } from './cloudwatch/runbook.ts';
export { LargeItemStack, type LargeItemStackProps } from './large-item-stack.ts';
export { LargeItemStore } from './large-item-store.ts';
export type { LargeItemStoreProps } from './large-item-store-props.ts';
export type { AlarmsProps } from './monitoring/alarms.ts';
export type { ExpressMetric } from './monitoring/express-patterns.ts';
export type { StoreLogs } from './monitoring/logs.ts';
export type { RunMetric, RunMetricOptions, TaskMetric } from './monitoring/run-metrics.ts';
export type { ExpressOptions } from './sagas/express-lane.ts';
export type { LegacyObjects } from './sagas/legacy-objects.ts';
export type { StoreStateMachines } from './sagas/store-state-machines.ts';
export { SagaTasks, type SagaTasksProps } from './sagas/tasks.ts';
export type { AccessLogs } from './storage/made-bucket.ts';
export type { StoreTableProps } from './storage/made-table.ts';
export type { FunctionOptions, StoreOptions } from './store-options.ts';
