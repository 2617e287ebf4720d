// A store of another stack, by its description.

import { type ITable, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Arn, type ArnComponents, ArnFormat, Stack, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { parseStore, storeProblem } from '../../core/contract/store.ts';
import type { StoreDescriptor } from '../../core/contract/store-types.ts';
import { checkPlaces } from '../storage/given-place.ts';
import { GrantedStore, setGranting } from './granted-store.ts';

/** What a store's description does not tell of it. */
export interface ImportedStoreProps {
  /** The store's `encryptionKey`, so that grants allow what callers do with it. Default: none. */
  readonly encryptionKey?: IKey;
  /** Name of the SSM parameter that holds the description, for `grantDiscovery`. Default: none. */
  readonly parameterName?: string;
  /** Name of the store's stack, for `grantDiscovery` where there is no parameter. Default: none. */
  readonly stackName?: string;
}

/** What CDK puts in the place of a value that it is yet to look up (`StringParameter.valueFromLookup`). */
const LOOKED_UP_LATER = /^dummy-value-for-/;

export class ImportedStore extends GrantedStore {
  readonly table: ITable;
  readonly bucket: IBucket;
  readonly descriptor: string;

  /** @throws {Error} for what describes no store, or one of another account or version */
  constructor(scope: Construct, id: string, descriptor: string, props: ImportedStoreProps) {
    super(scope, id);
    const store = read(descriptor, Stack.of(scope));
    const { encryptionKey, parameterName, stackName } = props;
    const place = placeOf(store);
    this.descriptor = descriptor;
    this.table = Table.fromTableAttributes(this, 'Table', {
      tableArn: arnAt(place, 'dynamodb', 'table', store.table),
      ...(encryptionKey && { encryptionKey }),
    });
    this.bucket = bucketNamed(this, 'Bucket', store.bucket, place, encryptionKey);
    checkPlaces(this, { descriptor: this.table }, ['account']);
    const machine = (name: string, arn: string) => StateMachine.fromStateMachineArn(this, name, arn);
    const machines = (lane: string, arns: StoreDescriptor['stateMachines']) => ({
      create: machine(`${lane}Create`, arns.create),
      update: machine(`${lane}Update`, arns.update),
      delete: machine(`${lane}Delete`, arns.delete),
    });
    const { bucket } = this;
    const stateMachines = machines('', store.stateMachines);
    const parameter = parameterName?.replace(/^\//, '');
    setGranting(
      this,
      {
        table: this.table,
        bucket,
        prefix: store.prefix,
        stagingPrefix: store.stagingPrefix,
        stateMachines,
        express: store.express && {
          stateMachines: machines('Express', store.express.stateMachines),
          logs: LogGroup.fromLogGroupArn(this, 'ExpressLogs', logGroupArn(place, store.express.logGroup)),
        },
        machineKey: encryptionKey,
        legacy: store.legacy && {
          prefix: store.legacy.prefix,
          bucket:
            store.legacy.bucket === undefined || store.legacy.bucket === store.bucket
              ? bucket
              : Bucket.fromBucketName(this, 'Legacy', store.legacy.bucket),
        },
        sweep: store.sweep && {
          bucket,
          reportPrefix: store.sweep.reportPrefix,
          machineKey: encryptionKey,
          stateMachine: machine('Sweep', store.sweep.stateMachine),
        },
      },
      {
        parameterArn: parameter === undefined ? undefined : arnAt(place, 'ssm', 'parameter', parameter),
        stackName,
      },
    );
  }
}

function read(descriptor: string, stack: Stack): StoreDescriptor {
  if (Token.isUnresolved(descriptor)) {
    throw new Error(
      'LargeItemStore.fromDescriptor: the descriptor must be known when the app is synthesised: use StringParameter.valueFromLookup, or give the store itself to another stack of this app',
    );
  }
  const text = LOOKED_UP_LATER.test(descriptor) ? placeholder(stack) : descriptor;
  const store = parseStore(text);
  if (store !== undefined) return store;
  throw new Error(
    `LargeItemStore.fromDescriptor: this describes no store of this version of twinwrite: ${storeProblem(text)}`,
  );
}

/** A store for the first synthesis, whose result CDK throws away once it has looked the description up. */
function placeholder(stack: Stack): string {
  const machine = (resourceName: string) =>
    stack.formatArn({
      service: 'states',
      resource: 'stateMachine',
      resourceName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  const store: StoreDescriptor = {
    table: 'looked-up-later',
    bucket: 'looked-up-later',
    prefix: 'items',
    stagingPrefix: 'staging',
    key: { partitionKey: { name: 'id', type: 'S' } },
    region: stack.region,
    stateMachines: { create: machine('create'), update: machine('update'), delete: machine('delete') },
    sweep: { stateMachine: machine('sweep'), reportPrefix: 'sweeps' },
  };
  return JSON.stringify(store);
}

type PlaceOfStore = Required<Pick<ArnComponents, 'partition' | 'region' | 'account'>>;

/** A description names Region and account in the state machines' ARNs only. */
function placeOf({ stateMachines, region }: StoreDescriptor): PlaceOfStore {
  const { partition = 'aws', account = '' } = Arn.split(stateMachines.create, ArnFormat.COLON_RESOURCE_NAME);
  return { partition, region, account };
}

function arnAt(place: PlaceOfStore, service: string, resource: string, resourceName: string): string {
  return Arn.format({ ...place, service, resource, resourceName });
}

function logGroupArn(place: PlaceOfStore, resourceName: string): string {
  const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
  return Arn.format({ ...place, service: 'logs', resource: 'log-group', resourceName, arnFormat });
}

function bucketNamed(
  scope: Construct,
  id: string,
  bucketName: string,
  { account, region }: PlaceOfStore,
  encryptionKey: IKey | undefined,
): IBucket {
  return Bucket.fromBucketAttributes(scope, id, {
    bucketName,
    account,
    region,
    ...(encryptionKey && { encryptionKey }),
  });
}
