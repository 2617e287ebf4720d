// The state machines of a store.

import type { IStateMachine, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { StoreDescriptor } from '../../core/contract/store-types.ts';

/** One state machine per operation. */
export interface StoreStateMachines {
  readonly create: StateMachine;
  readonly update: StateMachine;
  readonly delete: StateMachine;
}

/** The same of any store, imported ones included. */
export interface GrantedStateMachines {
  readonly create: IStateMachine;
  readonly update: IStateMachine;
  readonly delete: IStateMachine;
}

/** All of them, in the order in which an item lives. */
export function machinesOf({
  create,
  update,
  delete: remove,
}: GrantedStateMachines): readonly IStateMachine[] {
  return [create, update, remove];
}

export function arnsOf(machines: GrantedStateMachines): StoreDescriptor['stateMachines'] {
  return {
    create: machines.create.stateMachineArn,
    update: machines.update.stateMachineArn,
    delete: machines.delete.stateMachineArn,
  };
}
