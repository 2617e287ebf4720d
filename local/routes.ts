// Which service a request is for: one port serves them all, so the request itself has to tell.

import type { LocalRequest, LocalResponse, ServiceName } from './service.ts';

export type Route =
  | { readonly known: true; readonly service: ServiceName }
  /** A service that the local cloud does not have, by the name that the request gives it. */
  | { readonly known: false; readonly asked: string };

const BY_TARGET: Readonly<Record<string, ServiceName>> = {
  DynamoDB_20120810: 'dynamodb',
  DynamoDBStreams_20120810: 'dynamodb',
  AWSStepFunctions: 'states',
  AmazonSSM: 'ssm',
  AmazonSQS: 'sqs',
  AWSEvents: 'events',
  Logs_20140328: 'logs',
};

/** By the service name in the scope of a request's signature. STS is answered along with CloudFormation. */
const BY_SCOPE: Readonly<Record<string, ServiceName>> = {
  s3: 's3',
  dynamodb: 'dynamodb',
  states: 'states',
  lambda: 'lambda',
  ssm: 'ssm',
  sqs: 'sqs',
  events: 'events',
  logs: 'logs',
  cloudformation: 'cloudformation',
  sts: 'cloudformation',
};

/** The local cloud's own paths; no bucket can be called that. */
export function isAdminPath(path: string): boolean {
  return path === '/_local' || path.startsWith('/_local/');
}

/** By X-Amz-Target, the signature's scope, Lambda's path, or a form; everything else (anonymous, presigned) is S3's. */
export function routeOf(request: LocalRequest): Route {
  const target = request.headers['x-amz-target'];
  if (target !== undefined) return lookUp(BY_TARGET, target.split('.')[0] ?? '');
  const scope = signatureScope(request);
  if (scope !== undefined) return lookUp(BY_SCOPE, scope);
  if (request.path.startsWith('/2015-03-31/')) return { known: true, service: 'lambda' };
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  if (request.method === 'POST' && request.path === '/' && isForm) {
    return { known: true, service: 'cloudformation' };
  }
  return { known: true, service: 's3' };
}

/** The answer for a service that is not here: a 501 that any SDK shows with its message. */
export function refusal(route: Route & { known: false }): LocalResponse {
  const message = `The local cloud has no service '${route.asked}'; it has ${Object.keys(BY_SCOPE).join(', ')}`;
  return {
    status: 501,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': 'UnknownServiceException' },
    body: JSON.stringify({ __type: 'UnknownServiceException', message }),
  };
}

function lookUp(services: Readonly<Record<string, ServiceName>>, asked: string): Route {
  const service = Object.hasOwn(services, asked) ? services[asked] : undefined;
  return service ? { known: true, service } : { known: false, asked };
}

/** `AKID/20260101/us-east-1/s3/aws4_request` names s3. */
function signatureScope(request: LocalRequest): string | undefined {
  const header = /Credential=([^,\s]+)/.exec(request.headers.authorization ?? '')?.[1];
  const credential = header ?? request.query.get('X-Amz-Credential') ?? undefined;
  return credential?.split('/').at(-2);
}
