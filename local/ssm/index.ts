// Parameter Store of the local cloud: what templates and PutParameter put there, in memory, behind AWS JSON 1.1.
// Where it is simpler than AWS: one version of each parameter is kept, labels, policies and encryption are none, and
// parameters that AWS publishes (`/aws/...`) are not there.

import { text } from 'node:stream/consumers';
import type { Clock } from '../clock.ts';
import { jsonAnswer } from '../json-protocol.ts';
import { isDeeper } from '../records.ts';
import { type Call, type CloudIdentity, type LocalRequest, type Service, ServiceError } from '../service.ts';
import { createParameters, type NewParameter, type Parameters } from './parameters.ts';

export interface Ssm extends Service {
  readonly name: 'ssm';
  /** @throws {ServiceError} as PutParameter does */
  putParameter(parameter: NewParameter): void;
}

const MAX_LEVELS = 20;

type Operation = (parameters: Parameters, input: Readonly<Record<string, unknown>>) => object;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  GetParameter: (parameters, { Name }) => ({ Parameter: parameters.get(textOf(Name, 'Name')) }),
  GetParameters(parameters, { Names }) {
    const names = Array.isArray(Names) ? Names.map((name) => textOf(name, 'Names')) : [];
    if (names.length === 0 || names.length > 10) throw invalid('Names: expected 1 to 10 names');
    const found = names.map((name) => ({ name, parameter: parameters.find(name) }));
    return {
      Parameters: found.flatMap(({ parameter }) => parameter ?? []),
      InvalidParameters: found.flatMap(({ name, parameter }) => (parameter === undefined ? [name] : [])),
    };
  },
  PutParameter: (parameters, { Name, Value, Type, Overwrite, Tier }) => ({
    Version: parameters.put(
      {
        name: textOf(Name, 'Name'),
        value: textOf(Value, 'Value'),
        type: Type === undefined ? undefined : textOf(Type, 'Type'),
        tier: Tier === undefined ? undefined : textOf(Tier, 'Tier'),
      },
      Overwrite === true,
    ),
    Tier: Tier ?? 'Standard',
  }),
};

export function createSsm({
  clock,
  identity,
}: {
  readonly clock: Clock;
  readonly identity: CloudIdentity;
}): Ssm {
  const parameters = createParameters(identity, () => clock.now());
  return {
    name: 'ssm',
    accept: (request) => accept(parameters, request),
    errorResponse: ({ code, message, status, members }) =>
      jsonAnswer('1.1', status, { __type: code, message, ...members }),
    putParameter: (parameter) => void parameters.put(parameter, true),
  };
}

async function accept(parameters: Parameters, request: LocalRequest): Promise<Call> {
  const name = /^AmazonSSM\.(\w+)$/.exec(request.headers['x-amz-target'] ?? '')?.[1] ?? '';
  const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
  if (operation === undefined) {
    throw new ServiceError('UnknownOperationException', `Operation '${name}' is not supported locally`);
  }
  const subject = await text(request.body);
  const input = parseBody(subject);
  return {
    operation: name,
    subject,
    perform: async () => jsonAnswer('1.1', 200, operation(parameters, input)),
  };
}

function parseBody(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null && !isDeeper(value, MAX_LEVELS)) {
      return value as Readonly<Record<string, unknown>>;
    }
  } catch {
    // Told below like any other body that is no object.
  }
  throw new ServiceError('SerializationException', 'The request body is not a JSON object');
}

function textOf(value: unknown, member: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(`${member}: expected a text, got ${JSON.stringify(value) ?? 'nothing'}`);
}

function invalid(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}
