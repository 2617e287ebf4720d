// Functions and state machines.

import { readFile, stat } from 'node:fs/promises';
import * as z from 'zod';
import type { LogSettings } from '../../monitoring/index.ts';
import { physicalName } from '../names.ts';
import { type DeploymentTarget, defineProvider, type ResourceRequest } from './provider.ts';

const s3Location = { S3Bucket: z.string().optional(), S3Key: z.string().optional() };
const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const notLocally = (hint: string) => z.undefined({ error: `not supported locally: ${hint}` }).optional();

export const lambdaFunction = defineProvider({
  shape: {
    FunctionName: z.string().optional(),
    Code: z.object({ ...s3Location, ZipFile: z.string().optional() }),
    Handler: z.string(),
    Runtime: z
      .string()
      .regex(/^nodejs/, { error: (issue) => `only nodejs runtimes run locally, got "${issue.input}"` }),
    Environment: z.object({ Variables: z.record(z.string(), scalar).default({}) }).optional(),
    Timeout: z.coerce.number().min(1).max(900).default(3),
    MemorySize: z.coerce.number().min(128).max(10_240).default(128),
    Description: z.string().optional(),
    Role: z.string().optional(),
    ReservedConcurrentExecutions: z.coerce.number().min(0).optional(),
    PackageType: z.literal('Zip', { error: 'only Zip packages run locally' }).optional(),
    LoggingConfig: z.looseObject({ LogGroup: z.string().optional() }).optional(),
    Layers: notLocally('bundle what the layer holds with the function'),
    FileSystemConfigs: notLocally('there is no file system to mount'),
  },
  inert: [
    'Architectures',
    'EphemeralStorage',
    'KmsKeyArn',
    'RecursiveLoop',
    'RuntimeManagementConfig',
    'SnapStart',
    'Tags',
    'TracingConfig',
    'VpcConfig',
  ],
  async create(properties, request, target) {
    const name =
      properties.FunctionName ?? physicalName(request.stackName, request.logicalId, { maxLength: 64 });
    if (
      properties.Role !== undefined &&
      target.roles?.trusts(properties.Role, 'lambda.amazonaws.com') === false
    ) {
      throw new Error('The role defined for the function cannot be assumed by Lambda.');
    }
    const { functionArn } = target.createFunction({
      name,
      codeFolder: await codeFolder(properties.Code, request, target),
      handler: properties.Handler,
      runtime: properties.Runtime,
      environment: properties.Environment?.Variables ?? {},
      timeoutSeconds: properties.Timeout,
      memoryMb: properties.MemorySize,
      description: properties.Description,
      roleArn: properties.Role,
      reservedConcurrency: properties.ReservedConcurrentExecutions,
    });
    const logGroup = properties.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`;
    target.monitoring.addFunction({ name, logGroup });
    return { physicalId: name, attributes: { Arn: functionArn } };
  },
});

async function codeFolder(
  code: { S3Key?: string | undefined; ZipFile?: string | undefined },
  request: ResourceRequest,
  target: DeploymentTarget,
): Promise<string> {
  if (code.ZipFile !== undefined) return target.code.fromInline(code.ZipFile);
  if (code.S3Key === undefined) throw new Error('Code: expected S3Bucket and S3Key, or ZipFile');
  const folder = request.asset(code.S3Key);
  if (!(await stat(folder)).isDirectory()) {
    throw new Error(`Code.S3Key: the asset is the file ${folder}; only folders run locally`);
  }
  return target.code.fromFolder(folder);
}

const loggingConfiguration = z.object({
  Level: z.enum(['ALL', 'ERROR', 'FATAL', 'OFF']).default('OFF'),
  IncludeExecutionData: z
    .union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')])
    .default(false),
  Destinations: z
    .array(z.object({ CloudWatchLogsLogGroup: z.object({ LogGroupArn: z.string() }) }))
    .default([]),
});

function logSettings(given: z.output<typeof loggingConfiguration> | undefined): LogSettings | undefined {
  const arn = given?.Destinations[0]?.CloudWatchLogsLogGroup.LogGroupArn;
  if (given === undefined || given.Level === 'OFF' || arn === undefined) return undefined;
  const logGroup = arn.replace(/:\*$/, '').replace(/^.*:log-group:/, '');
  return { logGroup, level: given.Level, includesData: given.IncludeExecutionData };
}

export const stateMachine = defineProvider({
  shape: {
    StateMachineName: z.string().optional(),
    DefinitionString: z.string().optional(),
    Definition: z.record(z.string(), z.unknown()).optional(),
    DefinitionS3Location: z.object({ Bucket: z.string(), Key: z.string() }).optional(),
    DefinitionSubstitutions: z.record(z.string(), scalar).default({}),
    StateMachineType: z.enum(['STANDARD', 'EXPRESS']).default('STANDARD'),
    RoleArn: z.string(),
    LoggingConfiguration: loggingConfiguration.optional(),
  },
  inert: ['EncryptionConfiguration', 'Tags', 'TracingConfiguration'],
  async create(properties, request, target) {
    const { stackName, logicalId } = request;
    const name = properties.StateMachineName ?? physicalName(stackName, logicalId, { maxLength: 80 });
    assertAssumable(properties.RoleArn, target);
    const source = await definitionOf(properties, request);
    const { stateMachineArn } = target.createStateMachine({
      name,
      definition: substitute(source, properties.DefinitionSubstitutions),
      roleArn: properties.RoleArn,
      type: properties.StateMachineType,
    });
    target.monitoring.addStateMachine(stateMachineArn, logSettings(properties.LoggingConfiguration));
    return {
      physicalId: stateMachineArn,
      attributes: { Arn: stateMachineArn, Name: name, StateMachineRevisionId: 'INITIAL' },
    };
  },
});

/** The service may be named with its Region. */
function assertAssumable(roleArn: string, { roles, identity }: DeploymentTarget): void {
  const names = ['states.amazonaws.com', `states.${identity.region}.amazonaws.com`];
  if (!roles || names.some((name) => roles.trusts(roleArn, name))) return;
  throw new Error(
    `Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.`,
  );
}

async function definitionOf(
  properties: {
    DefinitionString?: string | undefined;
    Definition?: object | undefined;
    DefinitionS3Location?: { Key: string } | undefined;
  },
  request: ResourceRequest,
): Promise<string> {
  if (properties.DefinitionString !== undefined) return properties.DefinitionString;
  if (properties.Definition) return JSON.stringify(properties.Definition);
  if (!properties.DefinitionS3Location) {
    throw new Error('expected DefinitionString, Definition or DefinitionS3Location');
  }
  return readFile(request.asset(properties.DefinitionS3Location.Key), 'utf8');
}

/** Replaces `${name}`; a name without a value stays as it is, since it may be meant for somebody else. */
function substitute(definition: string, values: Readonly<Record<string, string>>): string {
  return definition.replace(/\$\{([A-Za-z0-9_]+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? JSON.stringify(values[name]).slice(1, -1) : whole,
  );
}
