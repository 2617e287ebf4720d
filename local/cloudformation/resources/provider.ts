// What it takes to create the resources of one type in the local cloud.

import * as z from 'zod';
import type { CreatedTable, CreateTableInput } from '../../dynamodb/index.ts';
import type { BucketNotifications, RuleDefinition } from '../../events/index.ts';
import type { Scheduler } from '../../events/scheduler.ts';
import type { Roles } from '../../iam/index.ts';
import type { CodeStore } from '../../lambda/code.ts';
import type { FunctionDefinition } from '../../lambda/index.ts';
import type { QueueMappingDefinition } from '../../lambda/queue-mapping.ts';
import type { StreamMappingDefinition } from '../../lambda/stream-mapping/index.ts';
import type { CloudWatch } from '../../monitoring/index.ts';
import type { BucketSettings } from '../../s3/index.ts';
import type { CloudIdentity } from '../../service.ts';
import type { QueueSettings } from '../../sqs/index.ts';
import type { NewParameter } from '../../ssm/parameters.ts';

/** Where resources come to be. */
export interface DeploymentTarget {
  readonly identity: CloudIdentity;
  readonly code: CodeStore;
  /** Absent: permissions are not checked, and policies not read. */
  readonly roles?: Roles | undefined;
  createBucket(name: string, settings?: BucketSettings): void;
  createTable(input: CreateTableInput): Promise<CreatedTable>;
  createFunction(definition: FunctionDefinition): { functionArn: string };
  createStateMachine(machine: StateMachineDefinition): { stateMachineArn: string };
  createQueue(name: string, settings: QueueSettings): { readonly arn: string; readonly url: string };
  createQueueMapping(definition: QueueMappingDefinition): Promise<void>;
  createStreamMapping(definition: StreamMappingDefinition): Promise<void>;
  readonly monitoring: Pick<
    CloudWatch,
    'addAlarm' | 'addFilter' | 'addFunction' | 'addStateMachine' | 'logGroups'
  >;
  readonly scheduler: Pick<Scheduler, 'addSchedule'>;
  putParameter(parameter: NewParameter): void;
  addRule(rule: RuleDefinition): void;
  /** Whom a bucket tells of its objects. */
  notify(bucket: string, notifications: BucketNotifications): void;
}

export interface StateMachineDefinition {
  readonly name: string;
  /** Amazon States Language as JSON. */
  readonly definition: string;
  readonly roleArn: string;
  readonly type: 'STANDARD' | 'EXPRESS';
}

/** One resource of a template, its properties resolved. */
export interface ResourceRequest {
  readonly stackName: string;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** The file or folder behind an asset's object key. */
  asset(objectKey: string): string;
}

/** A resource as it was created. */
export interface CreatedResource {
  /** What `Ref` answers. */
  readonly physicalId: string;
  /** What `Fn::GetAtt` answers, by attribute; or how to make it up. */
  readonly attributes: Readonly<Record<string, string>> | ((name: string) => string | undefined);
}

export interface Provider {
  /** The properties that it acts on. */
  readonly properties: readonly string[];
  /** Properties that make no difference to what code sees locally (tags, encryption, log settings). */
  readonly inert: readonly string[];
  /** What it does not act on within the properties that it otherwise acts on. */
  ignored?(properties: ResourceRequest['properties']): readonly string[];
  create(request: ResourceRequest, target: DeploymentTarget): Promise<CreatedResource>;
}

/**
 * A provider whose properties are checked by a schema.
 * @throws {Error} from `create`, naming each property that is not as expected
 */
export function defineProvider<Shape extends z.ZodRawShape>(definition: {
  shape: Shape;
  inert: readonly string[];
  ignored?: Provider['ignored'];
  create(
    properties: z.output<z.ZodObject<Shape>>,
    request: ResourceRequest,
    target: DeploymentTarget,
  ): Promise<CreatedResource>;
}): Provider {
  const schema = z.object(definition.shape);
  return {
    properties: Object.keys(definition.shape),
    inert: definition.inert,
    ...(definition.ignored && { ignored: definition.ignored }),
    async create(request, target) {
      const parsed = schema.safeParse(request.properties);
      if (!parsed.success) {
        throw new Error(
          parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
        );
      }
      return definition.create(parsed.data, request, target);
    },
  };
}
