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
import { type Environment, interrupt } from './executions.ts';
import { FolderJournal, NO_JOURNAL } from './journal/journal.ts';
import { restoreExecutions } from './journal/restore.ts';
import type { JsonObject } from './json.ts';
import { Store } from './store.ts';

export interface StatesOptions {
  readonly clock: Clock;
  readonly identity: CloudIdentity;
  /** Calls another service of the local cloud in memory; faults apply. */
  dispatch(service: ServiceName, request: LocalRequest): Promise<LocalResponse>;
  /** An existing folder in which executions are kept; without it, they are in memory. Used by one process. */
  readonly folder?: string | undefined;
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

/**
 * State machines are in memory alone: they come from templates. Executions of an earlier process are those in the folder;
 * what was running then is aborted.
 * @throws {DataError} when what is in the folder is damaged
 */
export function createStates({ clock, identity, dispatch, folder }: StatesOptions): States {
  const journal = folder === undefined ? NO_JOURNAL : new FolderJournal(folder);
  const environment: Environment = {
    clock,
    region: identity.region,
    journal,
    dispatch: async (service, request) => {
      journal.flush();
      return dispatch(service, request);
    },
  };
  const context: Context = { store: new Store(journal), environment, identity };
  if (journal instanceof FolderJournal) {
    for (const execution of restoreExecutions(journal, clock)) {
      context.store.addExecution(execution);
      interrupt(environment, execution);
    }
  }

  const perform = (operation: Operation, input: JsonObject): LocalResponse => {
    const members = operation(context, input);
    journal.flush();
    return answer(members);
  };

  const accept = async (request: LocalRequest): Promise<Call> => {
    const name = operationName(request);
    const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
    if (operation === undefined) throw unknownOperation(name);
    const body = await readBody(request);
    const input = parseBody(body);
    return { operation: name, subject: body, perform: async () => perform(operation, input) };
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
      for (const execution of context.store.executions.values()) interrupt(environment, execution);
      journal.flush();
    },
  };
}
