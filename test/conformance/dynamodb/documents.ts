// The table of the local DynamoDB's own tests, as a template describes it.

export const TableName = 'Documents';

export const DOCUMENTS = {
  TableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  TimeToLiveSpecification: { AttributeName: 'until', Enabled: true },
  StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
  PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  SSESpecification: { SSEEnabled: true },
};

export const key = (id: string) => ({ id: { S: id } });
