import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { expect, onTestFinished, test } from 'vitest';
import { startLocalCloud } from '../../local/index.ts';
import { clientOptions, inlineFunction } from './support.ts';

const MACHINE = {
  QueryLanguage: 'JSONata',
  StartAt: 'Double',
  States: {
    Double: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: 'fn', Payload: '{% $states.input %}' },
      Output: '{% $states.result.Payload %}',
      Retry: [{ ErrorEquals: ['Lambda.ServiceException'], IntervalSeconds: 30, MaxAttempts: 1 }],
      End: true,
    },
  },
};
const template = {
  Resources: {
    Fn: inlineFunction('exports.handler = async ({ n }) => ({ n: n * 2 })'),
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: { Definition: MACHINE, RoleArn: 'arn:aws:iam::000000000000:role/r' },
    },
  },
};

test('an execution runs the functions of its stack, faults and retries included, in scaled time', async () => {
  const cloud = await startLocalCloud({ template, timeScale: 1000 });
  onTestFinished(cloud.stop);
  const client = new SFNClient(clientOptions(cloud));
  onTestFinished(() => client.destroy());
  cloud.faults.inject({ service: 'lambda', operation: 'Invoke', when: 'before', error: 'ServiceException' });

  const stateMachineArn = cloud.resources.Machine?.physicalId;
  const started = await client.send(new StartExecutionCommand({ stateMachineArn, input: '{"n":21}' }));
  const describeIt = () => client.send(new DescribeExecutionCommand({ executionArn: started.executionArn }));
  let execution = await describeIt();
  while (execution.status === 'RUNNING') execution = await describeIt();

  expect(execution).toMatchObject({ status: 'SUCCEEDED', output: '{"n":42}' });
  expect(cloud.faults.list()).toMatchObject([{ fired: 1 }]);
});

test('a process that has stopped its cloud ends by itself', async () => {
  const program = `
    import { startLocalCloud } from './local/index.ts';
    const cloud = await startLocalCloud({ template: ${JSON.stringify(template)} });
    const invoke = (n) => fetch(cloud.endpoint + '/2015-03-31/functions/fn/invocations', { method: 'POST', body: '{"n":' + n + '}' });
    const answers = await Promise.all([invoke(1), invoke(2)]);
    await invoke(3).then((answer) => answer.text());
    cloud.faults.inject({ service: 'lambda', operation: 'Invoke', when: 'late', error: 'ServiceException', lateSeconds: 1000 });
    await invoke(4);
    await cloud.stop();
    console.log(JSON.stringify(await Promise.all(answers.map((answer) => answer.status))));
  `;
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const options = { cwd: root, timeout: 60_000 };
  const args = ['--import', 'tsx', '--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, options);
  expect(stdout).toBe('[200,200]\n');
});
