// What Step Functions is given by a local cloud: the template's types and roles, and the number of executions to keep.

import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
  StartSyncExecutionCommand,
} from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';
import { distributedMap, reader } from './distributed.ts';
import { machine } from './support.ts';

const Bucket = 'items';
const MAP = distributedMap({
  ItemReader: reader('getObject', { Bucket, Key: 'in/items' }, { InputType: 'JSON' }),
  ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Arguments: { Bucket, Prefix: 'out' } },
});

/** A template of an Express and a Standard machine; the Standard one's role has these rights. */
function template(...statements: { readonly Action: string; readonly Resource: string }[]) {
  const stateMachine = (states: Record<string, unknown>, StateMachineType: string) => ({
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      DefinitionString: JSON.stringify(machine(states)),
      RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
      StateMachineType,
    },
  });
  const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'states.amazonaws.com' } };
  const Statement = statements.map((statement) => ({ Effect: 'Allow', ...statement }));
  return {
    Resources: {
      Items: { Type: 'AWS::S3::Bucket', Properties: { BucketName: Bucket } },
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [trust] },
          Policies: [{ PolicyName: 'rights', PolicyDocument: { Version: '2012-10-17', Statement } }],
        },
      },
      Fast: stateMachine(
        { Double: { Type: 'Pass', Output: '{% $states.input * 2 %}', End: true } },
        'EXPRESS',
      ),
      Each: stateMachine({ Each: MAP }, 'STANDARD'),
    },
  };
}

const START = { Action: 'states:StartExecution', Resource: '*' };
const READ = { Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/in/*` };
const WRITE = { Action: 's3:PutObject', Resource: `arn:aws:s3:::${Bucket}/out/*` };

function clientsOf({ endpoint, region, credentials, resources }: LocalCloud) {
  const options = { endpoint, region, credentials };
  return {
    sfn: new SFNClient({ ...options, disableHostPrefix: true }),
    s3: new S3Client(options),
    arnOf: (id: string) => resources[id]?.physicalId,
  };
}

async function runEach(cloud: LocalCloud) {
  const { sfn, s3, arnOf } = clientsOf(cloud);
  await s3.send(new PutObjectCommand({ Bucket, Key: 'in/items', Body: '[1,2]' }));
  const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn: arnOf('Each') }));
  for (;;) {
    const execution = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (execution.status !== 'RUNNING') return execution;
  }
}

describe('Step Functions of a local cloud', () => {
  it("runs a template's Express machine", async () => {
    await using cloud = await startLocalCloud({ template: template() });
    const { sfn, arnOf } = clientsOf(cloud);
    const command = new StartSyncExecutionCommand({ stateMachineArn: arnOf('Fast'), input: '21' });
    expect(await sfn.send(command)).toMatchObject({ status: 'SUCCEEDED', output: '42' });
  });

  it("reads items and writes results as the machine's role", async () => {
    await using cloud = await startLocalCloud({ template: template(START, READ, WRITE) });
    const { output = '' } = await runEach(cloud);
    const { Key } = JSON.parse(output).ResultWriterDetails;
    const manifest = await clientsOf(cloud).s3.send(new GetObjectCommand({ Bucket, Key }));
    const { ResultFiles } = JSON.parse((await manifest.Body?.transformToString()) ?? '');
    expect(ResultFiles).toMatchObject({ SUCCEEDED: [{ Size: expect.any(Number) }], FAILED: [], PENDING: [] });
  });

  it('fails where the role may not read or not write', async () => {
    await using unread = await startLocalCloud({ template: template(START, WRITE) });
    expect(await runEach(unread)).toMatchObject({
      error: 'States.ItemReaderFailed',
      cause: expect.stringContaining('is not authorized to perform: s3:GetObject'),
    });
    await using unwritten = await startLocalCloud({ template: template(START, READ) });
    expect(await runEach(unwritten)).toMatchObject({
      error: 'States.ResultWriterFailed',
      cause: expect.stringContaining('is not authorized to perform: s3:PutObject'),
    });
  });

  it('keeps as many ended executions as it is told to', async () => {
    await using cloud = await startLocalCloud({ template: template(START, READ, WRITE), keepExecutions: 1 });
    await runEach(cloud);
    const { executionArn } = await runEach(cloud);
    const { sfn, arnOf } = clientsOf(cloud);
    const { executions } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: arnOf('Each') }));
    expect(executions?.map((execution) => execution.executionArn)).toEqual([executionArn]);
  });
});
