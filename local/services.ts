// The services of a local cloud: those that keep data, and those around them.

import type { Clock } from './clock.ts';
import { createCloudFormation, type DeployedStack, type DeploymentTarget } from './cloudformation/index.ts';
import type { DataDirectory } from './data/index.ts';
import type { DynamoDb } from './dynamodb/index.ts';
import { createEvents, type NewEvent } from './events/index.ts';
import { createScheduler } from './events/scheduler.ts';
import type { Gate } from './gate.ts';
import { createRefusals, type Roles } from './iam/index.ts';
import { createCodeStore } from './lambda/code.ts';
import { createLambda } from './lambda/index.ts';
import { createQueueMappings } from './lambda/queue-mapping.ts';
import { createStreamMappings } from './lambda/stream-mapping/index.ts';
import { createLogs } from './logs/index.ts';
import type { CloudWatch } from './monitoring/index.ts';
import type { S3 } from './s3/index.ts';
import type { CloudIdentity, Refusal, RoleSession, Service } from './service.ts';
import { createSqs } from './sqs/index.ts';
import { createSsm } from './ssm/index.ts';

/** What the cloud uses of Step Functions. */
export interface StatesService extends Service {
  createStateMachine: DeploymentTarget['createStateMachine'];
  close(): Promise<void>;
}

interface ServiceOptions {
  readonly clock: Clock;
  readonly identity: CloudIdentity;
  /** Told of what is wrong with the cloud itself. */
  readonly onError: ((error: unknown) => void) | undefined;
  /** Where the service keeps its data, if not in memory. */
  readonly folder: string | undefined;
}

/** How the services come to be that hold the cloud's data and run its executions. */
export interface ServiceFactories {
  createS3(options: ServiceOptions & S3Settings): S3;
  createDynamoDb(options: ServiceOptions): DynamoDb | Promise<DynamoDb>;
  createStates(options: ServiceOptions & StatesOptions): StatesService;
}

interface S3Settings {
  readonly minPartBytes: number | undefined;
  /** The secret of an access key that the cloud has issued. */
  readonly secretOf: (accessKeyId: string) => string | undefined;
}

interface StatesOptions {
  readonly dispatch: Gate['dispatch'];
  readonly keepExecutions: number | undefined;
  /** Told of the status of executions. */
  readonly onStatus: (event: NewEvent) => void;
  /** Told of the histories of executions, Express ones included. */
  readonly onEvent: CloudWatch['executionEvent'];
  readonly refusalOf: ((session: RoleSession) => Refusal) | undefined;
}

/** The services that keep data. */
export interface Storage {
  readonly dynamodb: DynamoDb;
  readonly s3: S3;
  readonly states: StatesService;
}

/** @throws {DataError} when a service's folder cannot be used; nothing is left open */
export async function openStorage(
  factories: ServiceFactories,
  options: Omit<ServiceOptions, 'folder'> & StatesOptions & S3Settings,
  data: DataDirectory | undefined,
): Promise<Storage> {
  // First, since the kernel lets only one process have the database open: nobody else touches the rest either.
  const dynamodb = await factories.createDynamoDb({ ...options, folder: data?.dynamodb });
  try {
    const s3 = factories.createS3({ ...options, folder: data?.s3 });
    return { dynamodb, s3, states: factories.createStates({ ...options, folder: data?.states }) };
  } catch (error) {
    await dynamodb.close();
    throw error;
  }
}

interface ServiceSetup {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly identity: CloudIdentity;
  readonly dispatch: Gate['dispatch'];
  readonly env: Readonly<Record<string, string>>;
  /** `http://127.0.0.1:{port}` */
  readonly endpoint: string;
  readonly stacks: readonly DeployedStack[];
  readonly roles: Roles | undefined;
  readonly monitoring: CloudWatch;
  /** Called with every line that a function writes. */
  readonly onLog: ((functionName: string, line: string) => void) | undefined;
  /** Told of defects of the local cloud itself. */
  readonly onError: ((error: unknown) => void) | undefined;
}

/** All services, and where resources come to be in them. */
export function createServices(setup: ServiceSetup) {
  const { clock, identity, roles, monitoring, onLog, onError } = setup;
  const { s3, dynamodb, states } = setup.storage;
  const code = createCodeStore();
  const variables = { ...setup.env, AWS_DEFAULT_REGION: identity.region };
  const lambda = createLambda({
    clock,
    identity,
    variables,
    credentialsOf: ({ name, roleArn }) => roles?.credentials(roleArn, name) ?? {},
    onLog: (functionName, line) => {
      monitoring.functionLine(functionName, line);
      onLog?.(functionName, line);
    },
    onMetric: monitoring.put,
  });
  const streams = createStreamMappings({
    clock,
    dynamodb,
    dispatch: setup.dispatch,
    refusalOf: roles && createRefusals('dynamodb', roles, identity),
    onLog,
    onMetric: monitoring.put,
    onError,
  });
  const sqs = createSqs({ clock, identity, endpoint: setup.endpoint });
  const queues = createQueueMappings({
    ...{ clock, identity, onError, dispatch: setup.dispatch },
    queue: sqs.queue,
    refusalOf: roles && createRefusals('sqs', roles, identity),
  });
  const cloudformation = createCloudFormation(() => setup.stacks, identity, roles);
  const ssm = createSsm({ clock, identity });
  const logs = createLogs(monitoring.logGroups, identity);
  const events = createEvents({ clock, identity, dispatch: setup.dispatch, onLog });
  const scheduler = createScheduler({ clock, dispatch: setup.dispatch, onLog });
  s3.onChange(events.objectChanged);
  const target: DeploymentTarget = {
    identity,
    code,
    roles,
    monitoring,
    scheduler,
    createBucket: s3.createBucket,
    createTable: dynamodb.createTable,
    createFunction: lambda.createFunction,
    createStateMachine: states.createStateMachine,
    createQueue(name, settings) {
      const made = sqs.createQueue(name, settings);
      const metric = { name: 'ApproximateNumberOfMessagesVisible', dimensions: { QueueName: name } };
      monitoring.gauge({ namespace: 'AWS/SQS', ...metric }, () => sqs.queue(made.arn)?.counts().visible ?? 0);
      return made;
    },
    createQueueMapping: queues.create,
    createStreamMapping: streams.create,
    putParameter: ssm.putParameter,
    addRule: events.addRule,
    notify: events.notify,
  };
  return {
    all: { s3, dynamodb, states, lambda, ssm, sqs, events, logs, cloudformation },
    code,
    mappings: [streams, queues],
    scheduler,
    target,
  };
}
