// The CDK construct, as `twinwrite/cdk`.

export type { KeyAttribute, KeyType } from '../core/keys/item-key.ts';
export type { Operation } from '../core/keys/run.ts';
export type { StoreOutputs } from './discovery.ts';
export { GrantedStore, type ILargeItemStore } from './granted-store.ts';
export type { ImportedStoreProps } from './imported-store.ts';
export { LargeItemStack, type LargeItemStackProps } from './large-item-stack.ts';
export { LargeItemStore } from './large-item-store.ts';
export type { LargeItemStoreProps } from './large-item-store-props.ts';
export type { LegacyObjects } from './legacy-objects.ts';
export type { AccessLogs } from './made-bucket.ts';
export type { StoreTableProps } from './made-table.ts';
export type { AlarmsProps } from './monitoring/alarms.ts';
export type { StoreLogs } from './monitoring/logs.ts';
export type { RunMetric, RunMetricOptions, TaskMetric } from './monitoring/run-metrics.ts';
export type { AlarmName, StoreAlarmsByName } from './monitoring/runbook.ts';
export type { FunctionOptions, StoreOptions } from './store-options.ts';
export type { StoreStateMachines } from './store-state-machines.ts';
export { Sweep, type SweepConstructProps, type SweepInventory, type SweepProps } from './sweep.ts';
export { SagaTasks, type SagaTasksProps } from './tasks.ts';
