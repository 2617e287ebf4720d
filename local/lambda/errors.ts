// The two kinds of error that an invoker of a function meets: the service's, by HTTP status, and the function's, as a document.

import { own } from '../records.ts';
import type { LocalResponse, ServiceError } from '../service.ts';
import type { FunctionError } from './types.ts';

/** The errors that Lambda's API documents, with their statuses. Any other name is an error of a function. */
const SERVICE_ERRORS: Readonly<Record<string, number>> = {
  AccessDeniedException: 403,
  EC2AccessDeniedException: 502,
  EC2ThrottledException: 502,
  EC2UnexpectedException: 502,
  ENILimitReachedException: 502,
  InternalFailure: 500,
  InvalidParameterValueException: 400,
  InvalidRequestContentException: 400,
  InvalidRuntimeException: 502,
  KMSAccessDeniedException: 502,
  KMSDisabledException: 502,
  KMSInvalidStateException: 502,
  KMSNotFoundException: 502,
  RecursiveInvocationException: 400,
  RequestTooLargeException: 413,
  ResourceConflictException: 409,
  ResourceNotFoundException: 404,
  ResourceNotReadyException: 502,
  ServiceException: 500,
  ServiceUnavailableException: 503,
  ThrottlingException: 400,
  TooManyRequestsException: 429,
  UnknownOperationException: 404,
  UnsupportedMediaTypeException: 415,
};

/** The HTTP status that an error of this name comes with; 200 for the errors of functions. */
export function lambdaErrorStatus(name: string): number {
  return own(SERVICE_ERRORS, name) ?? 200;
}

/** An error of the service (REST-JSON), or, with status 200, the answer of a function that failed. */
export function lambdaErrorResponse(error: ServiceError): LocalResponse {
  if (error.status === 200) {
    return functionErrorResponse({ errorType: error.code, errorMessage: error.message });
  }
  return {
    status: error.status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.code },
    body: JSON.stringify({
      Type: error.status < 500 ? 'User' : 'Service',
      Message: error.message,
      message: error.message,
      ...error.members,
    }),
  };
}

/** What the invoker of a failed function gets. */
export function functionErrorResponse(error: FunctionError): LocalResponse {
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'x-amz-executed-version': '$LATEST',
      'x-amz-function-error': 'Unhandled',
    },
    body: JSON.stringify(error),
  };
}
