// Tables as CloudFormation's AWS::DynamoDB::Table describes them: what the API takes in several calls comes in one.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html

import type { Database } from './database.ts';
import type { Request } from './dynalite.ts';
import { unsupported } from './errors.ts';
import { adoptTable } from './kept-tables.ts';
import { OPERATIONS } from './operations.ts';

/** The properties of AWS::DynamoDB::Table, or the input of CreateTable. */
export interface CreateTableInput {
  readonly TableName: string;
  readonly AttributeDefinitions: readonly object[];
  readonly KeySchema: readonly object[];
  readonly StreamSpecification?: { readonly StreamViewType?: string; readonly StreamEnabled?: boolean };
  readonly SSESpecification?: object;
  readonly TimeToLiveSpecification?: { readonly AttributeName?: string; readonly Enabled: boolean };
  readonly PointInTimeRecoverySpecification?: { readonly PointInTimeRecoveryEnabled?: boolean };
  readonly [property: string]: unknown;
}

export interface CreatedTable {
  readonly tableArn: string;
  readonly streamArn?: string;
}

/** Properties that change nothing that can be seen here. */
const WITHOUT_EFFECT = ['ContributorInsightsSpecification'];
const UNSUPPORTED = ['ImportSourceSpecification', 'KinesisStreamSpecification', 'ResourcePolicy'];

/**
 * Creates the table, or adopts the one that an earlier process has left.
 * @throws {ServiceError} ValidationException, ResourceInUseException
 */
export async function createFromTemplate(database: Database, input: CreateTableInput): Promise<CreatedTable> {
  const refused = UNSUPPORTED.find((property) => input[property] !== undefined);
  if (refused) throw unsupported(`AWS::DynamoDB::Table with ${refused}`);
  const { TimeToLiveSpecification, PointInTimeRecoverySpecification, ...rest } = input;
  const request = { ...withoutEffectless(rest), ...streamOf(input), ...encryptionOf(input) };
  const { TableName } = input;
  const { TableDescription } = (
    database.kept.delete(TableName)
      ? await database.lock.write(() => adoptTable(database, request))
      : await call(database, 'CreateTable', request)
  ) as { readonly TableDescription: { readonly TableArn: string; readonly LatestStreamArn?: string } };
  if (TimeToLiveSpecification?.Enabled) {
    await call(database, 'UpdateTimeToLive', { TableName, TimeToLiveSpecification });
  }
  if (PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled !== undefined) {
    await call(database, 'UpdateContinuousBackups', { TableName, PointInTimeRecoverySpecification });
  }
  const { TableArn, LatestStreamArn } = TableDescription;
  return { tableArn: TableArn, ...(LatestStreamArn !== undefined && { streamArn: LatestStreamArn }) };
}

async function call(database: Database, operation: keyof typeof OPERATIONS, input: Request): Promise<object> {
  return (await OPERATIONS[operation]?.(database, input)) ?? {};
}

function withoutEffectless(properties: Request): Request {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !WITHOUT_EFFECT.includes(name)));
}

/** A template enables a stream by its view type alone. */
function streamOf({ StreamSpecification }: CreateTableInput): Request {
  return StreamSpecification ? { StreamSpecification: { StreamEnabled: true, ...StreamSpecification } } : {};
}

/** A template says `SSEEnabled` where the API says `Enabled`. */
function encryptionOf({ SSESpecification }: CreateTableInput): Request {
  if (!SSESpecification) return {};
  const { SSEEnabled, ...rest } = SSESpecification as Request;
  return { SSESpecification: SSEEnabled === undefined ? rest : { Enabled: SSEEnabled, ...rest } };
}
