// Local clouds with a role to call as: its credentials are read where code on AWS finds them, in a function's environment.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { onTestFinished } from 'vitest';
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from '../../local/index.ts';

export const ACCOUNT = '000000000000';
/** Who the function `worker` is to AWS. */
export const WORKER = `arn:aws:sts::${ACCOUNT}:assumed-role/worker-role/worker`;

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export function allow(Action: string | string[], Resource: string | string[] = '*', more: object = {}) {
  return { Effect: 'Allow', Action, Resource, ...more };
}

export function deny(Action: string | string[], Resource: string | string[] = '*', more: object = {}) {
  return { ...allow(Action, Resource, more), Effect: 'Deny' };
}

export function document(...statements: object[]) {
  return { Version: '2012-10-17', Statement: statements };
}

/** A role that a service may assume, with these statements as its inline policy. */
export function roleOf(
  service: 'lambda' | 'states',
  RoleName: string,
  statements: object[],
  more: object = {},
) {
  const trust = {
    Effect: 'Allow',
    Action: 'sts:AssumeRole',
    Principal: { Service: `${service}.amazonaws.com` },
  };
  const Policies = [{ PolicyName: 'inline', PolicyDocument: document(...statements) }];
  const Properties = { RoleName, AssumeRolePolicyDocument: document(trust), Policies, ...more };
  return { Type: 'AWS::IAM::Role', Properties };
}

export function functionOf(FunctionName: string, role: unknown, source: string) {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName,
      Handler: 'index.handler',
      Runtime: 'nodejs20.x',
      Code: { ZipFile: source },
      Role: role,
    },
  };
}

export const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

const table = (TableName: string) => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  },
});

/** Bucket `docs`, tables `items` and `audit`, and the function `worker` with the role `worker-role`. */
export function templateFor(statements: object[], more: object = {}, roleProperties: object = {}) {
  return {
    Resources: {
      Docs: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'docs' } },
      Items: table('items'),
      Audit: table('audit'),
      WorkerRole: roleOf('lambda', 'worker-role', statements, roleProperties),
      Worker: functionOf('worker', arnOf('WorkerRole'), 'exports.handler = async () => process.env'),
      ...more,
    },
  };
}

/** SDK clients of one caller, and invocations of functions as that caller. */
export interface Caller {
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
  readonly sfn: SFNClient;
  readonly credentials: Credentials;
  invoke(functionName: string): Promise<{ status: number; answer: Record<string, string> }>;
}

export interface TestCloud {
  readonly cloud: LocalCloud;
  /** Somebody outside the cloud, with any credentials. */
  readonly outside: Caller;
  /** The function `worker`. */
  readonly worker: Caller;
}

/** A cloud that stops when the test does, in which the function `worker` may do what the statements say. */
export async function startWith(
  statements: object[],
  more: { resources?: object; role?: object; options?: LocalCloudOptions } = {},
): Promise<TestCloud> {
  const cloud = await startLocalCloud({
    template: templateFor(statements, more.resources, more.role),
    warmUp: false,
    ...more.options,
  });
  onTestFinished(() => cloud.stop());
  const outside = callerOf(cloud, cloud.credentials);
  const { answer } = await outside.invoke('worker');
  const worker = callerOf(cloud, {
    accessKeyId: answer.AWS_ACCESS_KEY_ID as string,
    secretAccessKey: answer.AWS_SECRET_ACCESS_KEY as string,
    ...(answer.AWS_SESSION_TOKEN !== undefined && { sessionToken: answer.AWS_SESSION_TOKEN }),
  });
  return { cloud, outside, worker };
}

function callerOf(cloud: LocalCloud, credentials: Credentials): Caller {
  const config = { endpoint: cloud.endpoint, region: cloud.region, credentials, maxAttempts: 1 };
  const clients = {
    s3: new S3Client(config),
    dynamodb: new DynamoDBClient(config),
    sfn: new SFNClient(config),
  };
  onTestFinished(() => {
    for (const client of Object.values(clients)) client.destroy();
  });
  return {
    ...clients,
    credentials,
    async invoke(functionName) {
      const scope = `${credentials.accessKeyId}/20260101/${cloud.region}/lambda/aws4_request`;
      const response = await fetch(`${cloud.endpoint}/2015-03-31/functions/${functionName}/invocations`, {
        method: 'POST',
        headers: {
          authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`,
        },
      });
      return { status: response.status, answer: (await response.json()) as Record<string, string> };
    },
  };
}
