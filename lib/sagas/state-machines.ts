// The state machines of the three sagas.

import { join } from 'node:path';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { Operation } from '../../core/keys/run.ts';
import { PACKAGE_ROOT } from '../package-root.ts';
import { encryptMachine } from '../rights/keys.ts';
import type { StoreOptions } from '../store-options.ts';
import type { SagaTasks } from './tasks.ts';

/** The saga of one operation, from its definition in statemachines/. */
export function createStateMachine(
  scope: Construct,
  id: string,
  operation: Operation,
  tasks: SagaTasks,
  logs: ILogGroup,
  { encryptionKey, tracing }: StoreOptions,
): StateMachine {
  const { plan, putInline, putObject, writeItem, deleteObjects } = tasks;
  const functions = {
    PlanFunction: plan,
    ...(operation !== 'delete' && { PutInlineFunction: putInline, PutObjectFunction: putObject }),
    WriteItemFunction: writeItem,
    DeleteObjectsFunction: deleteObjects,
  };
  const machine = new StateMachine(scope, id, {
    definitionBody: DefinitionBody.fromFile(join(PACKAGE_ROOT, 'statemachines', `${operation}.asl.json`)),
    definitionSubstitutions: Object.fromEntries(
      Object.entries(functions).map(([name, task]) => [name, task.functionArn]),
    ),
    logs: { destination: logs, level: LogLevel.ALL, includeExecutionData: false },
    tracingEnabled: tracing,
  });
  // A definition from a file is shipped as it is: CDK derives no rights from it.
  for (const task of Object.values(functions)) task.grantInvoke(machine);
  if (encryptionKey !== undefined) encryptMachine(machine, encryptionKey);
  return machine;
}
