// Prices of us-east-1, on demand, without free tiers. docs/cost.md shows this table, and every sum in dollars of the benchmarks is of it.

/** When the pages named below had these prices. */
export const AS_OF = "in 2025 (DynamoDB's are those since November 2024)";

export interface Price {
  readonly service: string;
  readonly dollars: number;
  /** Of how many units. */
  readonly per: number;
  readonly of: string;
  /** The page's address. */
  readonly source: string;
}

const MILLION = 1_000_000;
const THOUSAND = 1_000;

const [sfn, express, lambda] = [
  at('Step Functions, Standard', 'step-functions'),
  at('Step Functions, Express', 'step-functions'),
  at('Lambda', 'lambda'),
];
const [dynamodb, s3, inventory] = [
  at('DynamoDB', 'dynamodb'),
  at('S3 Standard', 's3'),
  at('S3 Inventory', 's3'),
];
const [cloudwatch, xray, kms] = [at('CloudWatch', 'cloudwatch'), at('X-Ray', 'xray'), at('KMS', 'kms')];

export const PRICES = {
  transition: sfn(0.025, THOUSAND, 'state transitions'),
  expressRequest: express(1, MILLION, 'requests'),
  expressGbSecond: express(0.00001667, 1, 'GB-second, in steps of 64 MB and 100 ms'),
  lambdaRequest: lambda(0.2, MILLION, 'requests'),
  lambdaGbSecond: lambda(0.0000133334, 1, 'GB-second'),
  readUnit: dynamodb(0.125, MILLION, 'read request units'),
  writeUnit: dynamodb(0.625, MILLION, 'write request units'),
  s3Write: s3(0.005, THOUSAND, 'PUT, COPY and LIST (DELETE and expiry are free)'),
  s3Read: s3(0.0004, THOUSAND, 'GET and HEAD'),
  s3Month: s3(0.023, 1, 'GB a month'),
  inventoried: inventory(0.0025, MILLION, 'objects listed'),
  metricMonth: cloudwatch(0.3, 1, 'metric a month, by the hour in which it has a value'),
  alarmMonth: cloudwatch(0.1, 1, 'metric that an alarm watches, a month'),
  dashboardMonth: cloudwatch(3, 1, 'dashboard a month'),
  logGigabyte: cloudwatch(0.5, 1, 'GB of logs'),
  trace: xray(5, MILLION, 'traces recorded'),
  traceRead: xray(0.5, MILLION, 'traces retrieved or scanned'),
  keyMonth: kms(1, 1, 'key a month'),
  keyRequest: kms(0.03, 10 * THOUSAND, 'requests'),
} as const satisfies Record<string, Price>;

export type PriceName = keyof typeof PRICES;

/** Dollars of so many units. */
export function dollarsOf(name: PriceName, units: number): number {
  const { dollars, per } = PRICES[name];
  return (dollars / per) * units;
}

/** `$0.025 / 1,000`, as sums have it. */
export function rateOf(name: PriceName): string {
  const { dollars, per } = PRICES[name];
  return per === 1 ? amount(dollars) : `${amount(dollars)} / ${count(per)}`;
}

/** `$0.025 per 1,000 state transitions`. */
export function priceText({ dollars, per, of }: Price): string {
  return `${amount(dollars)} per ${per === 1 ? '' : `${count(per)} `}${of}`;
}

/** With as many digits as it has, cents at least. */
function amount(dollars: number): string {
  const [whole, digits = ''] = dollars.toFixed(10).replace(/0+$/, '').split('.');
  return `$${whole}.${digits.padEnd(2, '0')}`;
}

function count(units: number): string {
  return units === MILLION ? 'million' : units.toLocaleString('en');
}

function at(service: string, page: string) {
  return (dollars: number, per: number, of: string): Price => ({
    ...{ service, dollars, per, of },
    source: `aws.amazon.com/${page}/pricing`,
  });
}
