// The parameters themselves: names, values and limits as Parameter Store has them.

import { own } from '../records.ts';
import { type CloudIdentity, ServiceError } from '../service.ts';

export interface NewParameter {
  readonly name: string;
  readonly value: string;
  /** `String`, `StringList` or `SecureString`; may be missing for a parameter that is there. */
  readonly type: string | undefined;
  /** Default `Standard`. */
  readonly tier?: string | undefined;
}

export interface Parameters {
  /** @throws {ServiceError} ParameterNotFound, ParameterVersionNotFound */
  get(name: string): object;
  /** By name or ARN, with `:{version}` or without; undefined if there is none. */
  find(name: string): object | undefined;
  /**
   * @returns its version
   * @throws {ServiceError} ParameterAlreadyExists, ValidationException
   */
  put(parameter: NewParameter, overwrite: boolean): number;
}

interface Stored {
  readonly Name: string;
  readonly Type: string;
  readonly Value: string;
  readonly Version: number;
  /** Seconds. */
  readonly LastModifiedDate: number;
  readonly ARN: string;
  readonly DataType: 'text';
}

const TYPES = ['String', 'StringList', 'SecureString'];
/** Characters of a value, by tier. Source: "Managing parameter tiers". */
const MAX_VALUE: Readonly<Record<string, number>> = {
  Standard: 4096,
  Advanced: 8192,
  'Intelligent-Tiering': 8192,
};

export function createParameters(identity: CloudIdentity, now: () => number): Parameters {
  const stored = new Map<string, Stored>();

  const lookUp = (reference: string): { parameter: Stored | undefined; version: string | undefined } => {
    const { name, selector } = parseReference(reference);
    return { parameter: stored.get(name), version: selector };
  };
  const find = (reference: string): Stored | undefined => {
    const { parameter, version } = lookUp(reference);
    return version === undefined || version === String(parameter?.Version) ? parameter : undefined;
  };

  return {
    find,
    get(reference) {
      const found = find(reference);
      if (found !== undefined) return found;
      const isThere = lookUp(reference).parameter !== undefined;
      throw isThere
        ? new ServiceError(
            'ParameterVersionNotFound',
            `Systems Manager could not find version of ${reference}`,
          )
        : new ServiceError('ParameterNotFound', '');
    },
    put({ name, value, type, tier = 'Standard' }, overwrite) {
      const earlier = stored.get(name);
      if (earlier !== undefined && !overwrite) {
        throw new ServiceError(
          'ParameterAlreadyExists',
          'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
        );
      }
      const checkedType = type ?? earlier?.Type;
      checkName(name);
      if (checkedType === undefined || !TYPES.includes(checkedType)) {
        throw invalid(`Type: expected ${TYPES.join(', ')}, got ${checkedType ?? 'nothing'}`);
      }
      const limit = own(MAX_VALUE, tier);
      if (limit === undefined) throw invalid(`Tier: expected ${Object.keys(MAX_VALUE).join(', ')}`);
      if (value.length > limit)
        throw invalid(`${tier} tier parameters support a value of ${limit} characters`);
      const version = (earlier?.Version ?? 0) + 1;
      stored.set(name, {
        Name: name,
        Type: checkedType,
        Value: value,
        Version: version,
        LastModifiedDate: now() / 1000,
        ARN: parameterArn(name, identity),
        DataType: 'text',
      });
      return version;
    },
  };
}

/** `arn:aws:ssm:{region}:{account}:parameter/{name}`, with one slash whether the name begins with one or not. */
export function parameterArn(reference: string, { region, accountId }: CloudIdentity): string {
  const { name } = parseReference(reference);
  return `arn:aws:ssm:${region}:${accountId}:parameter/${name.replace(/^\//, '')}`;
}

/** A parameter is named by its name or ARN, and a version or label after a colon. */
function parseReference(reference: string): {
  readonly name: string;
  readonly selector: string | undefined;
} {
  const [, path] = /^arn:[^:]*:ssm:[^:]*:[^:]*:parameter(\/.+)$/.exec(reference) ?? [];
  const [name = '', selector] = (path ?? reference).split(':');
  // An ARN does not tell `/name` and `name` apart; only the former has a slash within.
  return { name: path !== undefined && !name.includes('/', 1) ? name.slice(1) : name, selector };
}

function checkName(name: string): void {
  if (!/^[\w./-]+$/.test(name) || name.length > 2048) {
    throw invalid(`Name: expected letters, digits and . - _ /, got ${name}`);
  }
  if (name.includes('/') && !name.startsWith('/')) {
    throw invalid(`Parameter name must be a fully qualified name: ${name} has no slash at its start`);
  }
  if (/^\/?(?:aws|ssm)/i.test(name)) throw invalid('Parameter name: can\'t be prefixed with "aws" or "ssm"');
}

function invalid(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}
