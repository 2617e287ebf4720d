// Calls about executions.

import { randomUUID } from 'node:crypto';
import { ServiceError } from '../../service.ts';
import type { Execution } from '../execution.ts';
import { start, stop } from '../executions.ts';
import type { JsonObject } from '../json.ts';
import { checkName } from '../machines.ts';
import { redrive, redriveObstacle } from '../redrive.ts';
import { startExpress, typeNotSupported } from './express-operations.ts';
import { writtenEvent } from './history-event.ts';
import { decodeToken, encodeToken, flag, oneOf, pageSize, parseInput, seconds, text } from './input.ts';
import { findExecution, findMachine, isForgotten } from './lookup.ts';
import { childrenOf } from './map-run-operations.ts';
import type { Context, Operation } from './operations.ts';

const STATUSES = ['SUCCEEDED', 'TIMED_OUT', 'PENDING_REDRIVE', 'ABORTED', 'FAILED', 'RUNNING'] as const;
const REDRIVE_FILTERS = ['REDRIVEN', 'NOT_REDRIVEN'] as const;

/**
 * Of a Standard workflow: the same name and input while it runs: the same answer. Otherwise a name is taken until the execution has been closed
 * for 90 days.
 */
export const startExecution: Operation = (context, input) => {
  const machine = findMachine(context, input);
  if (machine.type === 'EXPRESS') {
    const { arn, startedAt } = startExpress(context, machine, input, { express: 'ASYNC' });
    return { executionArn: arn, startDate: seconds(startedAt) };
  }
  const { revision } = machine;
  const name = text(input, 'name') ?? randomUUID();
  checkName(name);
  const inputText = text(input, 'input') ?? '{}';
  const value = parseInput(inputText);
  const executionArn = `${revision.arn.replace(':stateMachine:', ':execution:')}:${name}`;
  const existing = claimName(context, executionArn, inputText);
  const execution =
    existing ??
    start(context.environment, {
      arn: executionArn,
      name,
      revision,
      inputText,
      input: value,
      sequence: context.store.nextSequence(),
    });
  if (existing === undefined) context.store.addExecution(execution);
  return { executionArn, startDate: seconds(execution.startedAt) };
};

export const stopExecution: Operation = (context, input) => {
  const execution = findExecution(context, input);
  stop(context.environment, execution, text(input, 'error'), text(input, 'cause'));
  return { stopDate: seconds(execution.stoppedAt ?? context.environment.clock.now()) };
};

export const redriveExecution: Operation = (context, input) => {
  const execution = findExecution(context, input);
  const obstacle =
    execution.mapRun === undefined
      ? deletionObstacle(context, execution)
      : 'Execution is a child of a Map Run and is redriven by it';
  if (obstacle !== undefined) throw new ServiceError('ExecutionNotRedrivable', obstacle);
  return { redriveDate: seconds(redrive(context.environment, execution, text(input, 'clientToken'))) };
};

export const describeExecution: Operation = (context, input) => {
  const execution = findExecution(context, input);
  const metadataOnly = oneOf(input, 'includedData', ['ALL_DATA', 'METADATA_ONLY']) === 'METADATA_ONLY';
  const obstacle =
    deletionObstacle(context, execution) ?? redriveObstacle(execution, context.environment.clock.now());
  const { error, cause, output } = execution;
  return {
    ...summary(execution),
    ...(!metadataOnly && {
      input: execution.inputText,
      inputDetails: { included: true },
      ...(output !== undefined && { output: JSON.stringify(output), outputDetails: { included: true } }),
    }),
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
    redriveStatus: redriveStatus(execution, obstacle),
    ...(obstacle !== undefined && { redriveStatusReason: obstacle }),
  };
};

/** Longer than that of other operations. */
const MAX_LIST_TOKEN = 3096;

export const listExecutions: Operation = (context, input) => {
  const status = oneOf(input, 'statusFilter', STATUSES);
  const redriven = oneOf(input, 'redriveFilter', REDRIVE_FILTERS);
  const executions = listed(context, input);
  const before = decodeToken(input, MAX_LIST_TOKEN) ?? Number.POSITIVE_INFINITY;
  const matching = executions
    .filter((execution) => execution.sequence < before && !isForgotten(context, execution))
    .filter((execution) => status === undefined || execution.status === status)
    .filter(({ redriveCount }) => redriven === undefined || (redriven === 'REDRIVEN') === redriveCount > 0);
  const page = matching.slice(0, pageSize(input, 100));
  const last = page.at(-1);
  return {
    executions: page.map((execution) => ({
      ...summary(execution),
      ...(execution.mapRun && { itemCount: execution.mapRun.itemCount }),
    })),
    ...(page.length < matching.length && last && { nextToken: encodeToken(last.sequence) }),
  };
};

export const getExecutionHistory: Operation = (context, input) => {
  const { events } = findExecution(context, input).history;
  const reverse = flag(input, 'reverseOrder', false);
  const withData = flag(input, 'includeExecutionData', true);
  const size = pageSize(input, 100);
  const from = decodeToken(input) ?? (reverse ? events.length : 1);
  const ids = Array.from({ length: size }, (_, index) => (reverse ? from - index : from + index));
  const page = ids.flatMap((id) => events[id - 1] ?? []);
  const next = reverse ? from - size : from + size;
  return {
    events: page.map((event) => writtenEvent(event, withData)),
    ...(events[next - 1] !== undefined && { nextToken: encodeToken(next) }),
  };
};

/** The executions of the state machine or of the Map Run that a call names, the newest first. */
function listed(context: Context, input: JsonObject): Execution[] {
  const mapRunArn = text(input, 'mapRunArn');
  if ((mapRunArn === undefined) === (text(input, 'stateMachineArn') === undefined)) {
    throw new ServiceError('ValidationException', 'You must provide either stateMachineArn or mapRunArn');
  }
  if (mapRunArn !== undefined) return childrenOf(context, input);
  const machine = findMachine(context, input);
  if (machine.type === 'EXPRESS') throw typeNotSupported();
  return context.store.executionsOf(machine.arn);
}

/** The running execution that the same start made before, if any. @throws {ServiceError} ExecutionAlreadyExists */
function claimName(context: Context, executionArn: string, inputText: string): Execution | undefined {
  const existing = context.store.executions.get(executionArn);
  if (existing === undefined) return undefined;
  if (existing.status === 'RUNNING' && existing.inputText === inputText) return existing;
  if (isForgotten(context, existing)) {
    context.store.removeExecution(existing);
    return undefined;
  }
  throw new ServiceError('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`);
}

function deletionObstacle(context: Context, { revision }: Execution): string | undefined {
  const [machineArn = ''] = revision.arn.split('/');
  return context.store.machines.has(machineArn) ? undefined : 'State machine is in DELETING status';
}

/** A child execution is redriven by its Map Run, as part of the execution that this belongs to. */
function redriveStatus({ mapRun }: Execution, obstacle: string | undefined): string {
  if (obstacle !== undefined) return 'NOT_REDRIVABLE';
  return mapRun === undefined ? 'REDRIVABLE' : 'REDRIVABLE_BY_MAP_RUN';
}

function summary(execution: Execution) {
  const { stoppedAt, redrivenAt } = execution;
  return {
    executionArn: execution.arn,
    stateMachineArn: execution.revision.arn,
    name: execution.name,
    status: execution.status,
    startDate: seconds(execution.startedAt),
    ...(stoppedAt !== undefined && { stopDate: seconds(stoppedAt) }),
    redriveCount: execution.redriveCount,
    ...(redrivenAt !== undefined && { redriveDate: seconds(redrivenAt) }),
    ...(execution.mapRun && { mapRunArn: execution.mapRun.arn }),
  };
}
