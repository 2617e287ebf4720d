// The reading API of the local CloudWatch Logs, behind AWS JSON 1.1: what state machines and functions have logged. Where it
// differs from AWS: an event is there at once and never lost, and nothing can be put, made or deleted by the API.

import { text } from 'node:stream/consumers';
import { jsonAnswer, parseParameters } from '../json-protocol.ts';
import type { LogGroups } from '../monitoring/log-groups.ts';
import { own } from '../records.ts';
import { type Call, type CloudIdentity, type LocalRequest, type Service, ServiceError } from '../service.ts';
import { OPERATIONS } from './operations.ts';

export interface Logs extends Service {
  readonly name: 'logs';
}

const MAX_LEVELS = 10;

export function createLogs(groups: LogGroups, identity: CloudIdentity): Logs {
  return {
    name: 'logs',
    accept: (request) => accept(groups, identity, request),
    errorResponse: ({ code, message, status, members }) =>
      jsonAnswer('1.1', status, { __type: code, message, ...members }),
  };
}

async function accept(groups: LogGroups, identity: CloudIdentity, request: LocalRequest): Promise<Call> {
  const name = /^Logs_20140328\.(\w+)$/.exec(request.headers['x-amz-target'] ?? '')?.[1] ?? '';
  const operation = own(OPERATIONS, name);
  if (operation === undefined) {
    throw new ServiceError('UnknownOperationException', `Operation '${name}' is not supported locally`);
  }
  const subject = await text(request.body);
  const input = parseParameters(subject, MAX_LEVELS);
  return {
    operation: name,
    subject,
    perform: async () => jsonAnswer('1.1', 200, operation({ groups, identity }, input)),
  };
}
