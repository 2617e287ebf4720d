// The Express lane of a store: a second state machine for each operation, synchronous and cheap, whose runs are told of by logs alone.

import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { LogLevel, type StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { StoreDescriptor } from '../../core/contract/store-types.ts';
import type { Operation } from '../../core/keys/run.ts';
import type { StoreOptions } from '../store-options.ts';
import { createExpressMachine } from './state-machines.ts';
import { arnsOf, type StoreStateMachines } from './store-state-machines.ts';
import type { SagaTasks } from './tasks.ts';

/** Settings of the Express lane. */
export interface ExpressOptions {
  /**
   * What its runs log: `ERROR`, how they end other than by success and which tasks fail; `ALL`, every event, which costs more than the
   * runs. Input and output are never logged. Default: `ERROR`.
   */
  readonly logLevel?: 'ALL' | 'ERROR';
}

/** The state machines of the lane, and where they log. */
export interface ExpressLane {
  readonly stateMachines: StoreStateMachines;
  readonly logs: ILogGroup;
}

export interface ExpressLaneProps extends Required<ExpressOptions> {
  /** What the lane hands over to. */
  readonly standard: StoreStateMachines;
  readonly tasks: SagaTasks;
  readonly logs: ILogGroup;
  readonly options: StoreOptions;
}

const LOG_LEVELS = { ALL: LogLevel.ALL, ERROR: LogLevel.ERROR } as const;

/**
 * What the prop `express` asks for, with its defaults; undefined for no lane.
 * @throws {Error} for anything else, by its name
 */
export function resolveExpress(express: unknown): Required<ExpressOptions> | undefined {
  if (express === undefined || express === false) return undefined;
  if (express === true) return { logLevel: 'ERROR' };
  if (typeof express !== 'object' || express === null || Array.isArray(express)) {
    throw new Error(`LargeItemStore: express must be true, false or { logLevel }, got ${describe(express)}`);
  }
  const unknown = Object.keys(express).find((name) => name !== 'logLevel');
  if (unknown !== undefined) throw new Error(`LargeItemStore: express.${unknown} is no setting of the lane`);
  const { logLevel = 'ERROR' } = express as { readonly logLevel?: unknown };
  if (typeof logLevel !== 'string' || !isLogLevel(logLevel)) {
    throw new Error(
      `LargeItemStore: express.logLevel must be ${Object.keys(LOG_LEVELS).join(' or ')}, got ${describe(logLevel)}`,
    );
  }
  return { logLevel };
}

export function createExpressLane(scope: Construct, props: ExpressLaneProps): ExpressLane {
  const { standard, tasks, logs, options } = props;
  const logLevel = LOG_LEVELS[props.logLevel];
  const make = (id: string, operation: Operation): StateMachine =>
    createExpressMachine(scope, id, {
      ...{ operation, tasks, logs, logLevel, options },
      standard: standard[operation],
    });
  return {
    logs,
    stateMachines: {
      create: make('ExpressCreate', 'create'),
      update: make('ExpressUpdate', 'update'),
      delete: make('ExpressDelete', 'delete'),
    },
  };
}

/** The lane as the store's description has it. */
export function describeLane({ stateMachines, logs }: ExpressLane): NonNullable<StoreDescriptor['express']> {
  return { stateMachines: arnsOf(stateMachines), logGroup: logs.logGroupName };
}

function isLogLevel(text: string): text is keyof typeof LOG_LEVELS {
  return Object.hasOwn(LOG_LEVELS, text);
}

function describe(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
