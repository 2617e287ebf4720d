// Whole assemblies of stacks, and what the CloudFormation API tells of them.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation's placeholders look like that.

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  ListStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { describe, expect, onTestFinished, test } from 'vitest';
import { clientOptions, folderWith, inlineFunction, invoke, start, type TestCloud } from './support.ts';
import { bucket, role } from './templates.ts';

describe('a cloud assembly', () => {
  const stack = (file: string, more: object = {}) => ({
    type: 'aws:cloudformation:stack',
    properties: { templateFile: `${file}.template.json` },
    ...more,
  });

  /** Two stacks, the first in the manifest using the other's export, with code in an asset; and a stage with a third. */
  const writeAssembly = async (): Promise<string> => {
    const users = {
      Parameters: { Mode: { Type: 'String' } },
      Resources: {
        Fn: inlineFunction('', {
          Code: { S3Bucket: { 'Fn::Sub': 'assets-${AWS::Region}' }, S3Key: 'code.zip' },
          Environment: { Variables: { BOX: { 'Fn::ImportValue': 'the-box' }, MODE: { Ref: 'Mode' } } },
        }),
      },
    };
    const owner = {
      Resources: { Box: bucket },
      Outputs: { Box: { Value: { Ref: 'Box' }, Description: 'A <box>', Export: { Name: 'the-box' } } },
    };
    const assets = {
      version: '1',
      files: {
        code: {
          source: { path: 'asset.code', packaging: 'zip' },
          destinations: { current: { bucketName: 'assets', objectKey: 'code.zip' } },
        },
      },
      dockerImages: {},
    };
    const folder = await folderWith({
      'manifest.json': JSON.stringify({
        version: '1',
        artifacts: {
          Tree: { type: 'cdk:tree', properties: { file: 'tree.json' } },
          Stage: { type: 'cdk:cloud-assembly', properties: { directoryName: 'assembly-Stage' } },
          'Users.assets': { type: 'cdk:asset-manifest', properties: { file: 'Users.assets.json' } },
          Users: stack('Users', {
            dependencies: ['Owner', 'Users.assets'],
            properties: {
              templateFile: 'Users.template.json',
              stackName: 'the-users',
              parameters: { Mode: 'm' },
            },
          }),
          Owner: stack('Owner'),
        },
      }),
      'Users.template.json': JSON.stringify(users),
      'Users.assets.json': JSON.stringify(assets),
      'Owner.template.json': JSON.stringify(owner),
    });
    await mkdir(path.join(folder, 'asset.code'));
    const source = 'exports.handler = async () => [process.env.BOX, process.env.MODE]';
    await writeFile(path.join(folder, 'asset.code', 'index.js'), source);
    const stage = path.join(folder, 'assembly-Stage');
    await mkdir(stage);
    const staged = JSON.stringify({ artifacts: { Staged: stack('Staged') } });
    await writeFile(path.join(stage, 'manifest.json'), staged);
    await writeFile(
      path.join(stage, 'Staged.template.json'),
      JSON.stringify({ Resources: { Box: { ...bucket, Properties: {} } } }),
    );
    return folder;
  };

  test('is deployed whole: stacks in their order, stages, assets, exports', async () => {
    const cloud = await start({ assembly: await writeAssembly() });
    expect(cloud.outputs).toEqual({ Staged: {}, Owner: { Box: 'the-bucket' }, 'the-users': {} });
    expect(Object.keys(cloud.resources)).toEqual(['Box', 'Owner/Box', 'Fn']);
    expect((await invoke(cloud)).payload).toEqual(['the-bucket', 'm']);
  });

  test('that is not there is an error that names the file', async () => {
    const folder = await folderWith({});
    await expect(start({ assembly: folder })).rejects.toThrow(`${folder}/manifest.json: cannot be read`);
  });

  test.each([
    ['no JSON', '{', /App\.template\.json: not as expected/],
    ['no template', '{"Resource":{}}', /stack local: not a CloudFormation template: Resources: /],
    [
      'a transform',
      '{"Resources":{},"Transform":"AWS::Serverless-2016-10-31"}',
      /Transform "AWS::Serverless-2016-10-31"/,
    ],
  ])('with a template that has %s is refused', async (_, content, message) => {
    const folder = await folderWith({ 'App.template.json': content });
    await expect(start({ template: path.join(folder, 'App.template.json') })).rejects.toThrow(message);
  });
});

describe('the CloudFormation API', () => {
  const template = {
    Description: 'Boxes & more',
    Resources: { Box: bucket, Role: role },
    Outputs: { Box: { Value: { Ref: 'Box' }, Description: 'A <box>', Export: { Name: 'the-box' } } },
  };
  const startWithClient = async () => {
    const cloud: TestCloud = await start({ template, stackName: 'app' });
    const client = new CloudFormationClient(clientOptions(cloud));
    onTestFinished(() => client.destroy());
    return client;
  };

  test('describes a stack by name, by id, and all', async () => {
    const client = await startWithClient();
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: 'app' }));
    expect(stack).toMatchObject({
      StackName: 'app',
      StackId: expect.stringMatching(
        /^arn:aws:cloudformation:us-east-1:000000000000:stack\/app\/[0-9a-f-]{36}$/,
      ),
      StackStatus: 'CREATE_COMPLETE',
      Description: 'Boxes & more',
      CreationTime: expect.any(Date),
      Outputs: [
        { OutputKey: 'Box', OutputValue: 'the-bucket', Description: 'A <box>', ExportName: 'the-box' },
      ],
    });
    const byId = await client.send(new DescribeStacksCommand({ StackName: stack?.StackId }));
    expect(byId.Stacks).toEqual([stack]);
    expect((await client.send(new DescribeStacksCommand({}))).Stacks).toEqual([stack]);
  });

  test('lists stacks and their resources', async () => {
    const client = await startWithClient();
    const list = async (StackStatusFilter: ('CREATE_COMPLETE' | 'DELETE_COMPLETE')[]) =>
      (await client.send(new ListStacksCommand({ StackStatusFilter }))).StackSummaries?.map(
        (s) => s.StackName,
      );
    expect(await list(['CREATE_COMPLETE'])).toEqual(['app']);
    expect(await list(['DELETE_COMPLETE'])).toEqual([]);
    const box = {
      LogicalResourceId: 'Box',
      PhysicalResourceId: 'the-bucket',
      ResourceType: 'AWS::S3::Bucket',
      ResourceStatus: 'CREATE_COMPLETE',
    };
    const listed = await client.send(new ListStackResourcesCommand({ StackName: 'app' }));
    expect(listed.StackResourceSummaries).toMatchObject([box, { LogicalResourceId: 'Role' }]);
    const described = await client.send(
      new DescribeStackResourcesCommand({ StackName: 'app', LogicalResourceId: 'Box' }),
    );
    expect(described.StackResources).toMatchObject([{ ...box, StackName: 'app' }]);
  });

  test('says of a stack that is not there what AWS says', async () => {
    const client = await startWithClient();
    for (const command of [
      new DescribeStacksCommand({ StackName: 'none' }),
      new ListStackResourcesCommand({ StackName: 'none' }),
    ]) {
      await expect(client.send(command as DescribeStacksCommand)).rejects.toMatchObject({
        name: 'ValidationError',
        message: 'Stack with id none does not exist',
        $metadata: { httpStatusCode: 400 },
      });
    }
  });
});
