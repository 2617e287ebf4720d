// Lambda's REST API: which function and which operation a request names.

import { type Call, type LocalRequest, type LocalResponse, ServiceError } from '../service.ts';
import { type DeployedFunction, type InvokeRequest, readInvokeRequest } from './invoke.ts';

/** What the operations need of the service. */
export interface Functions {
  all(): readonly DeployedFunction[];
  /** @throws {ServiceError} ResourceNotFoundException */
  find(reference: FunctionReference): DeployedFunction;
  invoke(target: DeployedFunction, request: InvokeRequest): Promise<LocalResponse>;
}

export interface FunctionReference {
  readonly name: string;
  /** A version or an alias. */
  readonly qualifier: string | undefined;
}

const API = '/2015-03-31/functions';

/** @throws {ServiceError} when the request is no call that the local Lambda knows, or names no function that is there */
export async function acceptRequest(functions: Functions, request: LocalRequest): Promise<Call> {
  const { method, path } = request;
  const rest = path.startsWith(API) ? path.slice(API.length).replace(/\/$/, '') : undefined;
  const [, reference = '', action] = rest?.split('/') ?? [];
  const find = (): DeployedFunction => functions.find(parseReference(reference, request.query));

  if (method === 'POST' && action === 'invocations') {
    return acceptInvoke(functions, parseReference(reference, request.query), request);
  }
  if (method === 'GET' && rest === '') {
    return read('ListFunctions', '', { Functions: functions.all().map(describe) });
  }
  if (method === 'GET' && reference !== '' && action === undefined) {
    const target = find();
    const whole = { Configuration: describe(target), Code: {}, Tags: {} };
    return read('GetFunction', target.definition.name, whole);
  }
  if (method === 'GET' && action === 'configuration') {
    const target = find();
    return read('GetFunctionConfiguration', target.definition.name, describe(target));
  }
  const message = `The local Lambda does not know ${method} ${path}`;
  throw new ServiceError('UnknownOperationException', message, 404);
}

async function acceptInvoke(
  functions: Functions,
  reference: FunctionReference,
  request: LocalRequest,
): Promise<Call> {
  const invocation = await readInvokeRequest(request);
  return {
    operation: 'Invoke',
    subject: `${reference.name} ${invocation.payload}`,
    // Found only now: whoever may not invoke it is not told whether it is there.
    perform: async () => functions.invoke(functions.find(reference), invocation),
  };
}

/**
 * A name, a partial ARN or an ARN, each with or without a qualifier.
 * @throws {ServiceError} InvalidParameterValueException
 */
export function parseReference(encoded: string, query: URLSearchParams): FunctionReference {
  const parts = decoded(encoded).split(':');
  const at = parts.indexOf('function');
  const [name = '', qualifier] = at >= 0 ? parts.slice(at + 1) : parts;
  return { name, qualifier: query.get('Qualifier') ?? qualifier };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ServiceError(
      'InvalidParameterValueException',
      `FunctionName: ${text} is not encoded as a URI is`,
    );
  }
}

function describe({ definition, arn }: DeployedFunction) {
  return {
    FunctionName: definition.name,
    FunctionArn: arn,
    Runtime: definition.runtime,
    Role: definition.roleArn,
    Handler: definition.handler,
    Description: definition.description ?? '',
    Timeout: definition.timeoutSeconds,
    MemorySize: definition.memoryMb,
    Version: '$LATEST',
    PackageType: 'Zip',
    Environment: { Variables: definition.environment },
    State: 'Active',
    LastUpdateStatus: 'Successful',
  };
}

const read = (operation: string, subject: string, value: unknown): Call => ({
  operation,
  subject,
  perform: async () => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  }),
});
