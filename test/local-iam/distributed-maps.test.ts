// A Distributed Map starts its children with the role of its own state machine, and redrives them with it.

import {
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
  RedriveExecutionCommand,
} from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import type { LocalCloudOptions } from '../../local/index.ts';
import { ended, MACHINE, machineOf, run, SESSION, withoutRequestId } from './executions.ts';
import { allow, startWith, type TestCloud } from './support.ts';

const EXECUTION_ERROR = 'StepFunctions.AWSStepFunctionsException';
const CHILDREN = `${MACHINE.replace(':stateMachine:', ':execution:')}/items:`;
const startChildren = allow('states:StartExecution', MACHINE);

const pass = { Type: 'Pass', End: true };
const fail = { Type: 'Fail', Error: 'Broken' };

interface MapMachine {
  readonly statements: object[];
  /** What each child does. */
  readonly item?: object;
  readonly ExecutionType?: string;
  readonly options?: LocalCloudOptions;
}

/** A cloud with a machine that is one Distributed Map over two items. */
function startMap({ statements, item = pass, ExecutionType = 'STANDARD', options }: MapMachine) {
  const ItemProcessor = {
    ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType },
    StartAt: 'Item',
    States: { Item: item },
  };
  const map = { Type: 'Map', Label: 'items', Items: [1, 2], ItemProcessor, End: true };
  return startWith([], { resources: machineOf(map, statements), ...(options && { options }) });
}

async function redrive(cloud: TestCloud, executionArn: string | undefined) {
  await cloud.outside.sfn.send(new RedriveExecutionCommand({ executionArn }));
  return ended(cloud, executionArn);
}

async function eventTypes({ outside }: TestCloud, executionArn: string | undefined) {
  const { events = [] } = await outside.sfn.send(new GetExecutionHistoryCommand({ executionArn }));
  return events.map(({ type }) => type);
}

test.each([
  ['no right at all', []],
  ['the right to another machine', [allow('states:StartExecution', `${MACHINE}-not`)]],
  ['the right to look at its executions', [allow('states:DescribeExecution')]],
])('with %s, a Distributed Map starts no child and its Map Run fails', async (_, statements) => {
  const cloud = await startMap({ statements });
  const { executionArn, status, error, cause } = await run(cloud);
  expect({ status, error }).toEqual({ status: 'FAILED', error: EXECUTION_ERROR });
  expect(withoutRequestId(cause)).toBe(
    `User: ${SESSION} is not authorized to perform: states:StartExecution on resource: ${MACHINE} ` +
      'because no identity-based policy allows the states:StartExecution action ' +
      '(Service: AWSStepFunctions; Status Code: 400; Error Code: AccessDeniedException; Request ID: …; Proxy: null)',
  );
  expect(await eventTypes(cloud, executionArn)).toEqual([
    'ExecutionStarted',
    'MapStateEntered',
    'MapStateStarted',
    'MapRunStarted',
    'MapRunFailed',
    'MapStateFailed',
    'ExecutionFailed',
  ]);
  const { mapRuns } = await cloud.outside.sfn.send(new ListMapRunsCommand({ executionArn }));
  const mapRunArn = mapRuns?.[0]?.mapRunArn;
  const { executions } = await cloud.outside.sfn.send(new ListExecutionsCommand({ mapRunArn }));
  expect(executions).toEqual([]);
});

test.each(['STANDARD', 'EXPRESS'])(
  'with the right to its own machine, it starts %s children',
  async (ExecutionType) => {
    const cloud = await startMap({ statements: [startChildren], ExecutionType });
    expect(await run(cloud)).toMatchObject({ status: 'SUCCEEDED', output: '[1,2]' });
  },
);

test('without checks it needs no right', async () => {
  const cloud = await startMap({ statements: [], options: { iam: false } });
  expect(await run(cloud)).toMatchObject({ status: 'SUCCEEDED' });
});

test('to redrive its children it needs another right, on them', async () => {
  const cloud = await startMap({ statements: [startChildren], item: fail });
  const { executionArn, error } = await run(cloud);
  expect(error).toBe('States.ExceedToleratedFailureThreshold');
  const again = await redrive(cloud, executionArn);
  expect(again).toMatchObject({ status: 'FAILED', error: EXECUTION_ERROR });
  expect(again.cause).toContain(
    `User: ${SESSION} is not authorized to perform: states:RedriveExecution on resource: ${CHILDREN}`,
  );
});

test.each([
  ['STANDARD', [startChildren, allow('states:RedriveExecution', `${CHILDREN}*`)]],
  ['EXPRESS', [startChildren]],
])('with the rights that %s children need, a redrive runs them again', async (ExecutionType, statements) => {
  const cloud = await startMap({ statements, item: fail, ExecutionType });
  const { executionArn } = await run(cloud);
  const { error } = await redrive(cloud, executionArn);
  expect(error).toBe('States.ExceedToleratedFailureThreshold');
  expect(await eventTypes(cloud, executionArn)).toContain('MapRunRedriven');
});
