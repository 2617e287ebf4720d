// Prices of us-east-1, on demand, without free tiers. docs/cost.md shows this table, and every sum in dollars is of it.

/** When the pages named below had these prices. */
export const AS_OF = '2025, DynamoDB since November 2024';

export interface Price {
  readonly service: string;
  readonly of: string;
  readonly dollars: number;
  /** Of how many units. */
  readonly per: number;
  readonly source: string;
}

const MILLION = 1_000_000;
const THOUSAND = 1_000;
const pricing = (service: string): string => `aws.amazon.com/${service}/pricing`;

export const PRICES = {
  transition: price(
    'Step Functions, Standard',
    'state transitions',
    0.025,
    THOUSAND,
    pricing('step-functions'),
  ),
  expressRequest: price('Step Functions, Express', 'requests', 1, MILLION, pricing('step-functions')),
  expressGbSecond: price(
    'Step Functions, Express',
    'GB-seconds, in steps of 64 MB',
    0.00001667,
    1,
    pricing('step-functions'),
  ),
  lambdaRequest: price('Lambda', 'requests', 0.2, MILLION, pricing('lambda')),
  lambdaGbSecond: price('Lambda', 'GB-seconds on Arm', 0.0000133334, 1, pricing('lambda')),
  readUnit: price('DynamoDB', 'read request units', 0.125, MILLION, pricing('dynamodb')),
  writeUnit: price('DynamoDB', 'write request units', 0.625, MILLION, pricing('dynamodb')),
  s3Write: price('S3 Standard', 'PUT, COPY and LIST; DELETE is free', 0.005, THOUSAND, pricing('s3')),
  s3Read: price('S3 Standard', 'GET and HEAD', 0.0004, THOUSAND, pricing('s3')),
  logGigabyte: price('CloudWatch Logs', 'GB taken in', 0.5, 1, pricing('cloudwatch')),
  trace: price('X-Ray', 'traces recorded', 5, MILLION, pricing('xray')),
} as const satisfies Record<string, Price>;

function price(service: string, of: string, dollars: number, per: number, source: string): Price {
  return { service, of, dollars, per, source };
}

/** Dollars of so many units. */
export function dollarsOf(name: keyof typeof PRICES, units: number): number {
  const { dollars, per } = PRICES[name];
  return (dollars / per) * units;
}
