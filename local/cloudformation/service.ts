// The CloudFormation API's reading half, so that code that finds a stack's outputs on AWS finds them locally.
// Speaks the AWS Query protocol. Answers for STS as well, which speaks the same.

import { randomUUID } from 'node:crypto';
import { text as readText } from 'node:stream/consumers';
import type { Roles } from '../iam/index.ts';
import type { Call, CloudIdentity, LocalRequest, LocalResponse, Service } from '../service.ts';
import { ServiceError } from '../service.ts';
import type { DeployedResource, DeployedStack } from './deploy.ts';
import { assumeRole, callerIdentity } from './sts.ts';
import { toXml } from './xml.ts';

interface Action {
  readonly namespace: string;
  run(parameters: URLSearchParams, request: LocalRequest): unknown;
}

const CLOUDFORMATION = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';
const STS = 'https://sts.amazonaws.com/doc/2011-06-15/';
const STATUS = 'CREATE_COMPLETE';

/**
 * @param stacks - what is deployed at the time of the call
 * @param roles - absent: permissions are not checked
 */
export function createCloudFormation(
  stacks: () => readonly DeployedStack[],
  identity: CloudIdentity,
  roles: Roles | undefined,
): Service {
  const actions = createActions(stacks, identity, roles);
  return {
    name: 'cloudformation',
    async accept(request): Promise<Call> {
      const body = await readText(request.body);
      const parameters = request.method === 'POST' ? new URLSearchParams(body) : request.query;
      const name = parameters.get('Action') ?? '';
      const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
      if (!action) throw new ServiceError('InvalidAction', `Could not find operation ${name} locally`);
      return {
        operation: name,
        subject: body,
        perform: async () => respond(name, action, parameters, request),
      };
    },
    errorResponse: (error) => xml(error.status, errorDocument(error)),
  };
}

function createActions(
  stacks: () => readonly DeployedStack[],
  identity: CloudIdentity,
  roles: Roles | undefined,
): Readonly<Record<string, Action>> {
  const asked = (parameters: URLSearchParams): DeployedStack => {
    const name = parameters.get('StackName');
    if (!name) throw new ServiceError('ValidationError', 'StackName: expected the name of a stack');
    const found = stacks().find((stack) => stack.name === name || stack.id === name);
    if (!found) throw new ServiceError('ValidationError', `Stack with id ${name} does not exist`);
    return found;
  };
  const cloudFormation = (run: Action['run']): Action => ({ namespace: CLOUDFORMATION, run });

  return {
    DescribeStacks: cloudFormation((parameters) => ({
      Stacks: (parameters.has('StackName') ? [asked(parameters)] : stacks()).map(describeStack),
    })),
    ListStacks: cloudFormation((parameters) => ({
      StackSummaries: stacks().filter(byStatus(parameters)).map(summariseStack),
    })),
    ListStackResources: cloudFormation((parameters) => {
      const stack = asked(parameters);
      return {
        StackResourceSummaries: stack.resources.map((resource) => ({
          ...describeResource(resource),
          LastUpdatedTimestamp: stack.createdAt,
        })),
      };
    }),
    DescribeStackResources: cloudFormation((parameters) => {
      const stack = asked(parameters);
      const logicalId = parameters.get('LogicalResourceId');
      return {
        StackResources: stack.resources
          .filter((resource) => logicalId === null || resource.logicalId === logicalId)
          .map((resource) => ({
            StackName: stack.name,
            StackId: stack.id,
            ...describeResource(resource),
            Timestamp: stack.createdAt,
          })),
      };
    }),
    GetCallerIdentity: {
      namespace: STS,
      run: (_, request) => callerIdentity(request, identity, roles),
    },
    AssumeRole: { namespace: STS, run: (parameters) => assumeRole(parameters, roles) },
  };
}

function describeStack(stack: DeployedStack) {
  return {
    ...summariseStack(stack),
    Description: stack.description,
    DisableRollback: false,
    Outputs: stack.outputs.map(({ key, value, description, exportName }) => ({
      OutputKey: key,
      OutputValue: value,
      Description: description,
      ExportName: exportName,
    })),
    Tags: [],
  };
}

function summariseStack(stack: DeployedStack) {
  return {
    StackId: stack.id,
    StackName: stack.name,
    CreationTime: stack.createdAt,
    StackStatus: STATUS,
  };
}

function describeResource({ logicalId, physicalId, type }: DeployedResource) {
  return {
    LogicalResourceId: logicalId,
    PhysicalResourceId: physicalId,
    ResourceType: type,
    ResourceStatus: STATUS,
  };
}

/** ListStacks filters by `StackStatusFilter.member.N`; all local stacks have the one status. */
function byStatus(parameters: URLSearchParams): () => boolean {
  const wanted = [...parameters].filter(([name]) => name.startsWith('StackStatusFilter.'));
  const matches = wanted.length === 0 || wanted.some(([, status]) => status === STATUS);
  return () => matches;
}

function respond(
  name: string,
  action: Action,
  parameters: URLSearchParams,
  request: LocalRequest,
): LocalResponse {
  const result = toXml({
    [`${name}Result`]: action.run(parameters, request),
    ResponseMetadata: { RequestId: randomUUID() },
  });
  return xml(200, `<${name}Response xmlns="${action.namespace}">${result}</${name}Response>`);
}

function errorDocument(error: ServiceError): string {
  const content = toXml({
    Error: { Type: error.status < 500 ? 'Sender' : 'Receiver', Code: error.code, Message: error.message },
    RequestId: randomUUID(),
  });
  return `<ErrorResponse xmlns="${CLOUDFORMATION}">${content}</ErrorResponse>`;
}

const xml = (status: number, document: string): LocalResponse => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${document}`,
});
