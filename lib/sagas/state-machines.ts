// The state machines of the three sagas: of the Standard lane, and of the Express one, which hands over to it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { Operation } from '../../core/keys/run.ts';
import { type Definition, expressDefinition } from '../../core/saga/express.ts';
import { PACKAGE_ROOT } from '../package-root.ts';
import { allowMachineKey, encryptMachine } from '../rights/keys.ts';
import type { StoreOptions } from '../store-options.ts';
import type { SagaTasks } from './tasks.ts';

/** What both lanes' state machines of an operation are made of. */
export interface MachineProps {
  readonly operation: Operation;
  readonly tasks: SagaTasks;
  readonly logs: ILogGroup;
  readonly options: StoreOptions;
}

export interface ExpressMachineProps extends MachineProps {
  /** What it hands over to: the state machine of the same operation. */
  readonly standard: StateMachine;
  /** At ERROR, ends other than success and failures of tasks. */
  readonly logLevel: LogLevel;
}

/** The saga of one operation, from its definition in statemachines/. */
export function createStateMachine(scope: Construct, id: string, props: MachineProps): StateMachine {
  const { operation, tasks, logs, options } = props;
  const functions = { ...functionsOf(operation, tasks), SettleRunFunction: tasks.settleRun };
  const machine = new StateMachine(scope, id, {
    definitionBody: DefinitionBody.fromFile(definitionFile(operation)),
    definitionSubstitutions: arnsOf(functions),
    logs: { destination: logs, level: LogLevel.ALL, includeExecutionData: false },
    tracingEnabled: options.tracing,
  });
  allow(machine, functions, options);
  return machine;
}

/** The same saga as a synchronous Express workflow, which starts the Standard one where it cannot end by itself. */
export function createExpressMachine(scope: Construct, id: string, props: ExpressMachineProps): StateMachine {
  const { operation, tasks, logs, logLevel, standard, options } = props;
  const functions = functionsOf(operation, tasks);
  const definition = JSON.parse(readFileSync(definitionFile(operation), 'utf8')) as Definition;
  const machine = new StateMachine(scope, id, {
    stateMachineType: StateMachineType.EXPRESS,
    definitionBody: DefinitionBody.fromString(JSON.stringify(expressDefinition(operation, definition))),
    definitionSubstitutions: { ...arnsOf(functions), StandardStateMachine: standard.stateMachineArn },
    logs: { destination: logs, level: logLevel, includeExecutionData: false },
    tracingEnabled: options.tracing,
  });
  allow(machine, functions, options);
  // It does not wait for what it has started ("IAM policies for Step Functions", request response).
  standard.grantStartExecution(machine);
  allowMachineKey(options.encryptionKey, [standard], machine, 'run');
  return machine;
}

type Functions = Readonly<Record<string, SagaTasks['plan']>>;

function functionsOf(operation: Operation, tasks: SagaTasks): Functions {
  const { plan, putInline, putObject, writeItem, deleteObjects } = tasks;
  return {
    PlanFunction: plan,
    ...(operation !== 'delete' && { PutInlineFunction: putInline, PutObjectFunction: putObject }),
    WriteItemFunction: writeItem,
    DeleteObjectsFunction: deleteObjects,
  };
}

function arnsOf(functions: Functions): Record<string, string> {
  return Object.fromEntries(Object.entries(functions).map(([name, task]) => [name, task.functionArn]));
}

/** A definition is shipped as it is: CDK derives no rights from it. */
function allow(machine: StateMachine, functions: Functions, { encryptionKey }: StoreOptions): void {
  for (const task of Object.values(functions)) task.grantInvoke(machine);
  if (encryptionKey !== undefined) encryptMachine(machine, encryptionKey);
}

function definitionFile(operation: Operation): string {
  return join(PACKAGE_ROOT, 'statemachines', `${operation}.asl.json`);
}
