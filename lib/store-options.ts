// What the parts of a store have in common: settings of its functions, tracing, and the key that encrypts what is made here.

import { type ISecurityGroup, type IVpc, SecurityGroup, type SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Architecture } from 'aws-cdk-lib/aws-lambda';
import { Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

/** Settings of the store's Lambda functions; each has a default. */
export interface FunctionOptions {
  /** Memory of each function in MB, 256 or more; its share of a processor grows with it. Default: 512. */
  readonly memorySize?: number;
  /** Processors that the functions run on. Default: `Architecture.ARM_64`. */
  readonly architecture?: Architecture;
  /**
   * Concurrent executions that are set aside for each function, which are also the most that it may have. They are taken from the
   * account's, once for each function (ten at most). Default: none are set aside.
   */
  readonly reservedConcurrency?: number;
  /**
   * Network that the functions run in. It must let them reach S3, DynamoDB and, for sweeps, Step Functions: by gateway and interface
   * endpoints, or a NAT gateway. Default: none, so that they reach AWS's public endpoints.
   */
  readonly vpc?: IVpc;
  /** Subnets of `vpc`. Default: its private ones. */
  readonly vpcSubnets?: SubnetSelection;
  /** Security groups in `vpc`. Default: a new one for all functions, which lets everything out and nothing in. */
  readonly securityGroups?: ISecurityGroup[];
  /** Environment variables beside those that the functions are told the store by, `STORE` and `SWEEP`. Default: none. */
  readonly environment?: { readonly [name: string]: string };
  /** Whether X-Ray traces what the functions do, beside the state machines' own traces. Default: false. */
  readonly tracing?: boolean;
}

/** What each part of a store is told, defaults filled in. */
export interface StoreOptions {
  /** Encrypts what is made here: table, bucket, logs, the data of runs. */
  readonly encryptionKey?: IKey | undefined;
  /** Whether X-Ray traces the state machines' runs. */
  readonly tracing: boolean;
  /** Of all Lambda functions. */
  readonly functions: FunctionOptions;
}

/** Variables by which the functions know their store. */
const OWN_VARIABLES = ['STORE', 'SWEEP'];
/** A task takes 58 MB once it is loaded (measured on Node.js 20), and an answer of DynamoDB, 16 MB of JSON, several times its size. */
const MIN_MEMORY = 256;

/** The same options, with a security group for all functions where none is given: one for each would take as many interfaces. */
export function withSecurityGroup(scope: Construct, { functions, ...options }: StoreOptions): StoreOptions {
  const { vpc, securityGroups } = functions;
  if (vpc === undefined || securityGroups !== undefined) return { functions, ...options };
  const description = 'Functions of a Twinwrite store';
  const group = new SecurityGroup(scope, 'SecurityGroup', { vpc, description, allowAllOutbound: true });
  return { ...options, functions: { ...functions, securityGroups: [group] } };
}

/** @throws {Error} for settings that the functions could not work with, by the name of the prop */
export function resolveOptions(props: {
  readonly encryptionKey?: IKey;
  readonly tracing?: boolean;
  readonly functions?: FunctionOptions;
}): StoreOptions {
  const { encryptionKey, tracing = true, functions = {} } = props;
  checkFunctions(functions);
  return { encryptionKey, tracing, functions };
}

function checkFunctions({ memorySize, reservedConcurrency, environment = {}, ...network }: FunctionOptions) {
  if (isNumber(memorySize) && memorySize < MIN_MEMORY) {
    throw new Error(
      `LargeItemStore: functions.memorySize must be at least ${MIN_MEMORY} (MB), got ${memorySize}`,
    );
  }
  if (isNumber(reservedConcurrency) && reservedConcurrency < 1) {
    throw new Error(
      `LargeItemStore: functions.reservedConcurrency must be at least 1, since with 0 no function ever runs, got ${reservedConcurrency}`,
    );
  }
  const taken = OWN_VARIABLES.find((name) => Object.hasOwn(environment, name));
  if (taken !== undefined) {
    throw new Error(
      `LargeItemStore: functions.environment must not set ${taken}, by which the functions know their store`,
    );
  }
  for (const prop of ['vpcSubnets', 'securityGroups'] as const) {
    if (network[prop] !== undefined && network.vpc === undefined) {
      throw new Error(`LargeItemStore: functions.${prop} is about functions.vpc, which is not given`);
    }
  }
}

function isNumber(value: number | undefined): value is number {
  return value !== undefined && !Token.isUnresolved(value);
}
