// The state machines of a store.

import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { StoreDescriptor } from '../core/contract/store-types.ts';

/** One state machine per operation. */
export interface StoreStateMachines {
  readonly create: StateMachine;
  readonly update: StateMachine;
  readonly delete: StateMachine;
}

/** All of them, in the order in which an item lives. */
export function machinesOf({ create, update, delete: remove }: StoreStateMachines): readonly StateMachine[] {
  return [create, update, remove];
}

export function arnsOf(machines: StoreStateMachines): StoreDescriptor['stateMachines'] {
  return {
    create: machines.create.stateMachineArn,
    update: machines.update.stateMachineArn,
    delete: machines.delete.stateMachineArn,
  };
}
