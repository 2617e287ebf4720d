// Step Functions of the local cloud: Standard state machines in JSONata, behind the service's own API.

import type { Clock } from '../clock.ts';
import type { Call, CloudIdentity, LocalRequest, LocalResponse, Service, ServiceName } from '../service.ts';
import {
  describeExecution,
  getExecutionHistory,
  listExecutions,
  redriveExecution,
  startExecution,
  startSyncExecution,
  stopExecution,
} from './api/execution-operations.ts';
import {
  createStateMachine,
  deleteStateMachine,
  describeStateMachine,
  describeStateMachineForExecution,
  listStateMachines,
  updateStateMachine,
  validateStateMachineDefinition,
} from './api/machine-operations.ts';
import type { Context, Operation } from './api/operations.ts';
import { answer, errorAnswer, operationName, parseBody, readBody, unknownOperation } from './api/protocol.ts';
import { listTagsForResource, tagResource, untagResource } from './api/tag-operations.ts';
import { stop } from './executions.ts';
import { Store } from './store.ts';

export interface StatesOptions {
  readonly clock: Clock;
  readonly identity: CloudIdentity;
  /** Calls another service of the local cloud in memory; faults apply. */
  dispatch(service: ServiceName, request: LocalRequest): Promise<LocalResponse>;
}

export interface NewStateMachine {
  readonly name: string;
  readonly definition: string;
  readonly roleArn: string;
  readonly type?: 'STANDARD' | 'EXPRESS';
}

export interface States extends Service {
  readonly name: 'states';
  /** @throws {ServiceError} InvalidDefinition, naming state and field; the other errors of CreateStateMachine */
  createStateMachine(machine: NewStateMachine): { stateMachineArn: string };
  /** Stops everything that runs. */
  close(): Promise<void>;
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  CreateStateMachine: createStateMachine,
  DeleteStateMachine: deleteStateMachine,
  DescribeExecution: describeExecution,
  DescribeStateMachine: describeStateMachine,
  DescribeStateMachineForExecution: describeStateMachineForExecution,
  GetExecutionHistory: getExecutionHistory,
  ListExecutions: listExecutions,
  ListStateMachines: listStateMachines,
  ListTagsForResource: listTagsForResource,
  RedriveExecution: redriveExecution,
  StartExecution: startExecution,
  StartSyncExecution: startSyncExecution,
  StopExecution: stopExecution,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateStateMachine: updateStateMachine,
  ValidateStateMachineDefinition: validateStateMachineDefinition,
};

export function createStates({ clock, identity, dispatch }: StatesOptions): States {
  const context: Context = {
    store: new Store(),
    environment: { clock, dispatch, region: identity.region },
    identity,
  };

  const accept = async (request: LocalRequest): Promise<Call> => {
    const name = operationName(request);
    const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
    if (operation === undefined) throw unknownOperation(name);
    const body = await readBody(request);
    const input = parseBody(body);
    return { operation: name, subject: body, perform: async () => answer(operation(context, input)) };
  };

  return {
    name: 'states',
    accept,
    errorResponse: errorAnswer,
    createStateMachine: (machine) => {
      const { stateMachineArn } = createStateMachine(context, { ...machine });
      return { stateMachineArn: String(stateMachineArn) };
    },
    close: async () => {
      for (const execution of context.store.executions.values()) stop(context.environment, execution);
    },
  };
}
