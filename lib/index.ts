// The CDK construct, as `twinwrite/cdk`.

export type { KeyAttribute, KeyType } from '../core/keys/item-key.ts';
export type { Operation } from '../core/keys/run.ts';
export { LargeItemStack, type LargeItemStackProps } from './large-item-stack.ts';
export { LargeItemStore } from './large-item-store.ts';
export type { LargeItemStoreProps } from './large-item-store-props.ts';
export type { LegacyObjects } from './legacy-objects.ts';
export type { AlarmsProps } from './monitoring/alarms.ts';
export type { StoreLogs } from './monitoring/logs.ts';
export type { RunMetric, RunMetricOptions, TaskMetric } from './monitoring/run-metrics.ts';
export type { AlarmName, StoreAlarmsByName } from './monitoring/runbook.ts';
export type { StoreStateMachines } from './store-state-machines.ts';
export { Sweep, type SweepConstructProps, type SweepInventory, type SweepProps } from './sweep.ts';
export { SagaTasks, type SagaTasksProps } from './tasks.ts';
