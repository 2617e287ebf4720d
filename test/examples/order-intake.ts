// The order intake as its users see it: files, executions and items, by plain AWS SDK clients on the stack's outputs.

import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { LocalCloud } from 'twinwrite/local';
import { vi } from 'vitest';

/** Clients of the deployed stack; destroyed when the test is through. */
export function open(cloud: LocalCloud) {
  const { BucketName, TableName, StateMachineArn } = cloud.outputs.OrderIntake ?? {};
  const { endpoint, region, credentials } = cloud;
  const s3 = new S3Client({ endpoint, region, credentials });
  const dynamodb = new DynamoDBClient({ endpoint, region, credentials });
  const sfn = new SFNClient({ endpoint, region, credentials });

  const put = async (key: string, content: object): Promise<void> => {
    await s3.send(new PutObjectCommand({ Bucket: BucketName, Key: key, Body: JSON.stringify(content) }));
  };
  const ended = (executionArn: string | undefined): Promise<DescribeExecutionCommandOutput> =>
    vi.waitUntil(
      async () => {
        const now = await sfn.send(new DescribeExecutionCommand({ executionArn }));
        return now.status === 'RUNNING' ? undefined : now;
      },
      { timeout: 60_000, interval: 10 },
    );

  return {
    sfn,
    put,
    /** The execution, once it is no longer running. */
    ended,
    /** Takes the order of a file in. */
    async run(file: string): Promise<DescribeExecutionCommandOutput> {
      const input = JSON.stringify({ file });
      const start = new StartExecutionCommand({ stateMachineArn: StateMachineArn, input });
      return ended((await sfn.send(start)).executionArn);
    },
    async inbox(): Promise<(string | undefined)[]> {
      const list = new ListObjectsV2Command({ Bucket: BucketName, Prefix: 'inbox/' });
      const { Contents = [] } = await s3.send(list);
      return Contents.map(({ Key }) => Key);
    },
    async stored(customerId: string, orderId: string): Promise<Record<string, unknown> | undefined> {
      const Key = { customerId: { S: customerId }, orderId: { S: orderId } };
      const { Item } = await dynamodb.send(new GetItemCommand({ TableName, Key }));
      return Item && unmarshall(Item);
    },
    /** The types of the events of the tasks that call `resource`, in their order. */
    async taskEvents(
      { executionArn }: DescribeExecutionCommandOutput,
      resource: string,
    ): Promise<(string | undefined)[]> {
      const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
      return events
        .filter((event) => {
          const details =
            event.taskScheduledEventDetails ??
            event.taskStartedEventDetails ??
            event.taskFailedEventDetails ??
            event.taskSucceededEventDetails;
          return details?.resource === resource;
        })
        .map(({ type }) => type);
    },
    [Symbol.dispose](): void {
      for (const client of [s3, dynamodb, sfn]) client.destroy();
    },
  };
}
