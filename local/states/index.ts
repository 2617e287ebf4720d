// Step Functions of the local cloud: state machines in JSONata, Standard and Express, behind the service's own API.

import type { Clock } from '../clock.ts';
import type {
  Call,
  CloudIdentity,
  LocalRequest,
  LocalResponse,
  Refusal,
  RoleSession,
  Service,
  ServiceName,
} from '../service.ts';
import {
  describeExecution,
  getExecutionHistory,
  listExecutions,
  redriveExecution,
  startExecution,
  stopExecution,
} from './api/execution-operations.ts';
import { startSyncExecution } from './api/express-operations.ts';
import {
  createStateMachine,
  deleteStateMachine,
  describeStateMachine,
  describeStateMachineForExecution,
  listStateMachines,
  updateStateMachine,
  validateStateMachineDefinition,
} from './api/machine-operations.ts';
import { describeMapRun, listMapRuns, updateMapRun } from './api/map-run-operations.ts';
import type { Context, Operation } from './api/operations.ts';
import { answer, errorAnswer, operationName, parseBody, readBody, unknownOperation } from './api/protocol.ts';
import { listTagsForResource, tagResource, untagResource } from './api/tag-operations.ts';
import { sendTaskFailure, sendTaskHeartbeat, sendTaskSuccess } from './api/task-operations.ts';
import { testState } from './api/test-state.ts';
import type { Execution } from './execution.ts';
import { callerOf } from './execution-context.ts';
import { type Environment, interrupt } from './executions.ts';
import { type Evaluator, sharedEvaluator } from './expressions/evaluator.ts';
import type { HistoryEvent } from './history.ts';
import { FolderJournal, NO_JOURNAL } from './journal/journal.ts';
import { restoreExecutions } from './journal/restore.ts';
import type { JsonObject } from './json.ts';
import { createMapRunHost } from './map-run/host.ts';
import { statusEvent } from './status-events.ts';
import { Store } from './store.ts';
import { TaskTokens } from './task-tokens.ts';

export interface StatesOptions {
  readonly clock: Clock;
  readonly identity: CloudIdentity;
  /** Calls another service of the local cloud in memory; faults apply. */
  dispatch(service: ServiceName, request: LocalRequest): Promise<LocalResponse>;
  /** An existing folder in which executions are kept; without it, they are in memory. Used by one process. */
  readonly folder?: string | undefined;
  /**
   * How many executions that have ended are kept, with their histories; the first to end go first, and their names are
   * free again. Default 10,000.
   */
  readonly keepExecutions?: number | undefined;
  /** Evaluates the expressions of state machines. Default: one that the process shares, with a limit of 5 seconds. */
  readonly evaluator?: Evaluator | undefined;
  /** Told of every Standard execution that begins to run, and of its end, as the event bus is. */
  readonly onStatus?: ((event: ReturnType<typeof statusEvent>) => void) | undefined;
  /** Told of every event of an execution, but for children of Map Runs. */
  readonly onEvent?:
    | ((
        execution: Pick<Execution, 'arn' | 'startedAt' | 'redriveCount'> & {
          readonly stateMachineArn: string;
        },
        event: HistoryEvent,
      ) => void)
    | undefined;
  /** What a role may not do in Step Functions itself, asked before a Map Run starts children. Absent: nothing. */
  readonly refusalOf?: ((session: RoleSession) => Refusal) | undefined;
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
  DescribeMapRun: describeMapRun,
  DescribeStateMachine: describeStateMachine,
  DescribeStateMachineForExecution: describeStateMachineForExecution,
  GetExecutionHistory: getExecutionHistory,
  ListExecutions: listExecutions,
  ListMapRuns: listMapRuns,
  ListStateMachines: listStateMachines,
  ListTagsForResource: listTagsForResource,
  RedriveExecution: redriveExecution,
  SendTaskFailure: sendTaskFailure,
  SendTaskHeartbeat: sendTaskHeartbeat,
  SendTaskSuccess: sendTaskSuccess,
  StartExecution: startExecution,
  StartSyncExecution: startSyncExecution,
  StopExecution: stopExecution,
  TagResource: tagResource,
  TestState: testState,
  UntagResource: untagResource,
  UpdateMapRun: updateMapRun,
  UpdateStateMachine: updateStateMachine,
  ValidateStateMachineDefinition: validateStateMachineDefinition,
};

/** These go on while nothing can be written. */
const MACHINE_READS = new Set([
  'DescribeMapRun',
  'DescribeStateMachine',
  'ListMapRuns',
  'ListStateMachines',
  'ListTagsForResource',
  'ValidateStateMachineDefinition',
]);
const EXECUTION_READS = new Set([
  'DescribeExecution',
  'DescribeStateMachineForExecution',
  'GetExecutionHistory',
  'ListExecutions',
]);

/**
 * State machines are in memory alone: they come from templates. Executions of an earlier process are those in the folder;
 * what was running then is aborted.
 * @throws {DataError} when what is in the folder is damaged
 */
export function createStates(options: StatesOptions): States {
  const { clock, identity, dispatch, folder, evaluator = sharedEvaluator() } = options;
  const journal = folder === undefined ? NO_JOURNAL : new FolderJournal(folder);
  const store = new Store(journal, options.keepExecutions);
  const environment: Environment = {
    clock,
    region: identity.region,
    journal,
    evaluator,
    tokens: new TaskTokens(),
    jobs: { executionEnded: (arn) => store.whenEnded(arn) },
    statusChanged: (execution) => options.onStatus?.(statusEvent(execution)),
    historyGrew: (execution, event) => {
      const { arn, startedAt, redriveCount, revision } = execution;
      // Children of a Map Run are executions of no state machine that has settings or metrics of its own here.
      if (execution.mapRun === undefined) {
        options.onEvent?.({ arn, startedAt, redriveCount, stateMachineArn: revision.arn }, event);
      }
    },
    ended: (execution) => store.executionEnded(execution),
    mapRunsOf: (execution) =>
      createMapRunHost(store, environment, execution, options.refusalOf?.(callerOf(execution))),
    dispatch: async (service, request) => {
      journal.flush();
      return dispatch(service, request);
    },
  };
  const context: Context = { store, environment, identity };
  if (journal instanceof FolderJournal) {
    store.restore(restoreExecutions({ journal, clock, historyGrew: environment.historyGrew }));
    for (const execution of store.executions.values()) interrupt(environment, execution);
  }

  /** Whether an answer says nothing that a process which ended now would not know at its next start. */
  const tellsOnlyWritten = (name: string, { executionArn }: JsonObject): boolean =>
    MACHINE_READS.has(name) ||
    (EXECUTION_READS.has(name) &&
      journal.isWritten(typeof executionArn === 'string' ? executionArn : undefined));

  const perform = async (name: string, operation: Operation, input: JsonObject): Promise<LocalResponse> => {
    const members = await operation(context, input);
    try {
      journal.flush();
    } catch (error) {
      if (!tellsOnlyWritten(name, input)) throw error;
    }
    return answer(members);
  };

  const accept = async (request: LocalRequest): Promise<Call> => {
    const name = operationName(request);
    const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
    if (operation === undefined) throw unknownOperation(name);
    const body = await readBody(request);
    const input = parseBody(body);
    return { operation: name, subject: body, perform: () => perform(name, operation, input) };
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
      for (const execution of [...store.executions.values(), ...store.express])
        interrupt(environment, execution);
      journal.flush();
    },
  };
}
