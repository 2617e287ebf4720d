// DynamoDB's errors: how they are made, and how AWS JSON 1.0 writes them.

import { type LocalResponse, ServiceError } from '../service.ts';
import type { Item } from './values.ts';

/** Why one item of a transaction did not let it pass; `None` for an item that did. */
export interface CancellationReason {
  readonly Code: 'None' | 'ConditionalCheckFailed' | 'ValidationError';
  readonly Message?: string;
  /** The item as it was, where `ReturnValuesOnConditionCheckFailure` asked for it. */
  readonly Item?: Item;
}

export const CONDITION_FAILED = 'The conditional request failed';

export function validationError(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

export function invalidParameters(message: string): ServiceError {
  return validationError(`One or more parameter values were invalid: ${message}`);
}

/** Refuses by name what this implementation does not have, rather than to ignore it. */
export function unsupported(what: string): ServiceError {
  return validationError(`${what} is not supported by the local DynamoDB`);
}

/** @param item the item as it was, if the caller asked for it */
export function conditionFailed(item?: Item): ServiceError {
  return new ServiceError(
    'ConditionalCheckFailedException',
    CONDITION_FAILED,
    400,
    item ? { Item: item } : {},
  );
}

/** @param tableName given by the operations on tables, left out by those on items, as AWS does */
export function tableNotFound(tableName?: string): ServiceError {
  const which = tableName === undefined ? '' : `: Table: ${tableName} not found`;
  return new ServiceError('ResourceNotFoundException', `Requested resource not found${which}`);
}

/** A member of a request that breaks a constraint of the API's model, named as the request has it. */
export function constraintFailed(member: string, constraint: string): ServiceError {
  return validationError(
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: ${constraint}`,
  );
}

export function transactionCanceled(reasons: readonly CancellationReason[]): ServiceError {
  const codes = reasons.map((reason) => reason.Code).join(', ');
  return new ServiceError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    400,
    { CancellationReasons: reasons },
  );
}

/** The error as AWS JSON 1.0 writes it. */
export function errorResponse(error: ServiceError): LocalResponse {
  return jsonResponse(error.status, {
    __type: `${namespaceOf(error.code)}#${error.code}`,
    [messageOf(error)]: error.message,
    ...error.members,
  });
}

export function jsonResponse(status: number, body: unknown): LocalResponse {
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: JSON.stringify(body),
  };
}

function namespaceOf(code: string): string {
  switch (code) {
    case 'ValidationException':
      return 'com.amazon.coral.validate';
    case 'SerializationException':
    case 'UnknownOperationException':
    case 'AccessDeniedException':
      return 'com.amazon.coral.service';
    default:
      return 'com.amazonaws.dynamodb.v20120810';
  }
}

/** Errors with members of their own have `Message`, all others `message`: so it is recorded. */
function messageOf({ code, members }: ServiceError): 'Message' | 'message' {
  return code === 'TransactionCanceledException' || 'Item' in members ? 'Message' : 'message';
}
