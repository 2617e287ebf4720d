// Executions that start executions: in the three patterns, with the rights that their role has, and none left behind.

import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { describe, expect, it, vi } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { machine } from './support.ts';

const CHILD = 'arn:aws:states:us-east-1:000000000000:stateMachine:child';
const CHILDREN = 'arn:aws:states:us-east-1:000000000000:execution:child:*';
const START = { Action: 'states:StartExecution', Resource: CHILD };
const WATCH = { Action: ['states:DescribeExecution', 'states:StopExecution'], Resource: CHILDREN };

const double = { Double: { Type: 'Pass', Output: { twice: '{% $states.input.n * 2 %}' }, End: true } };
const fail = { No: { Type: 'Fail', Error: 'Small', Cause: 'too small' } };
const rest = { Rest: { Type: 'Wait', Seconds: 1000, End: true } };

function template(pattern: string, child: Record<string, unknown>, rights: readonly object[]) {
  const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'states.amazonaws.com' } };
  const Statement = rights.map((right) => ({ Effect: 'Allow', ...right }));
  const stateMachine = (StateMachineName: string, states: Record<string, unknown>) => ({
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      StateMachineName,
      DefinitionString: JSON.stringify(machine(states)),
      RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
    },
  });
  const Arguments = { StateMachineArn: CHILD, Input: { n: 21 }, Name: 'of-parent' };
  return {
    Resources: {
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [trust] },
          Policies: [{ PolicyName: 'rights', PolicyDocument: { Version: '2012-10-17', Statement } }],
        },
      },
      Child: stateMachine('child', child),
      Parent: stateMachine('parent', {
        Start: { Type: 'Task', Resource: `arn:aws:states:::${pattern}`, Arguments, End: true },
      }),
    },
  };
}

/** A cloud with a parent execution that has been started. */
async function started(pattern: string, child: Record<string, unknown>, rights: readonly object[]) {
  const cloud = await startLocalCloud({ template: template(pattern, child, rights) });
  const { endpoint, region, credentials } = cloud;
  const sfn = new SFNClient({ endpoint, region, credentials });
  const stateMachineArn = CHILD.replace('child', 'parent');
  const { executionArn = '' } = await sfn.send(new StartExecutionCommand({ stateMachineArn }));
  return { cloud, sfn, executionArn };
}

async function ended({ sfn }: { sfn: SFNClient }, executionArn: string): Promise<DescribeExecutionOutput> {
  for (;;) {
    const execution = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (execution.status !== 'RUNNING') return execution;
  }
}

const children = async ({ sfn }: { sfn: SFNClient }) =>
  (await sfn.send(new ListExecutionsCommand({ stateMachineArn: CHILD }))).executions ?? [];

async function result(pattern: string, child: Record<string, unknown>, rights: readonly object[]) {
  const run = await started(pattern, child, rights);
  await using _: LocalCloud = run.cloud;
  return await ended(run, run.executionArn);
}

describe('an execution that starts another', () => {
  it('goes on at once, and tells its ARN', async () => {
    const { output = '' } = await result('states:startExecution', rest, [START]);
    expect(JSON.parse(output)).toMatchObject({
      ExecutionArn: CHILDREN.replace('*', 'of-parent'),
      StartDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      SdkHttpMetadata: { HttpStatusCode: 200 },
    });
    const plain = await result('aws-sdk:sfn:startExecution', rest, [START]);
    expect(Object.keys(JSON.parse(plain.output ?? ''))).toEqual(['ExecutionArn', 'StartDate']);
  });

  it.each([
    ['states:startExecution.sync:2', { Input: { n: 21 }, Output: { twice: 42 } }],
    ['states:startExecution.sync', { Input: '{"n":21}', Output: '{"twice":42}' }],
  ])('waits for its end: %s', async (pattern, data) => {
    const { status, output = '' } = await result(pattern, double, [START, WATCH]);
    expect(status).toBe('SUCCEEDED');
    expect(JSON.parse(output)).toMatchObject({ ...data, Name: 'of-parent', Status: 'SUCCEEDED' });
  });

  it('fails with it', async () => {
    const { error, cause = '' } = await result('states:startExecution.sync:2', fail, [START, WATCH]);
    expect(error).toBe('States.TaskFailed');
    expect(JSON.parse(cause)).toMatchObject({ Status: 'FAILED', Error: 'Small', Cause: 'too small' });
  });

  it('fails by the name of what refuses it', async () => {
    expect(await result('states:startExecution', double, [])).toMatchObject({
      error: 'StepFunctions.AccessDeniedException',
      cause: expect.stringContaining('is not authorized to perform: states:StartExecution'),
    });
    expect(await result('states:startExecution.sync:2', double, [START])).toMatchObject({
      error: 'StepFunctions.AccessDeniedException',
      cause: expect.stringContaining('is not authorized to perform: states:DescribeExecution'),
    });
  });

  it('stops what it waits for when it is stopped itself', async () => {
    const run = await started('states:startExecution.sync:2', rest, [START, WATCH]);
    await using _: LocalCloud = run.cloud;
    await vi.waitUntil(async () => (await children(run)).length === 1, { timeout: 60_000 });
    await run.sfn.send(new StopExecutionCommand({ executionArn: run.executionArn }));
    expect(await ended(run, CHILDREN.replace('*', 'of-parent'))).toMatchObject({ status: 'ABORTED' });
  });
});
