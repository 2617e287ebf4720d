// What a stack's intrinsic functions can refer to: parameters, pseudo parameters, mappings, conditions, created resources.

import { own } from '../records.ts';
import type { CloudIdentity } from '../service.ts';
import { NO_VALUE, resolve, type Scope } from './intrinsics.ts';
import type { CreatedResource } from './resources/index.ts';
import type { StackSource } from './template.ts';

export interface ScopeOptions {
  readonly source: StackSource;
  readonly stackId: string;
  readonly identity: CloudIdentity;
  /** Grows while the stack is deployed. */
  readonly created: ReadonlyMap<string, CreatedResource>;
  /** The exports of the stacks before. */
  readonly exports: ReadonlyMap<string, string>;
}

/** The parameter by which CDK templates ask for their bootstrap stack: any version will do locally. */
const BOOTSTRAP_VERSION = 'BootstrapVersion';

export function createScope(options: ScopeOptions): Scope {
  const { source, created } = options;
  const { template } = source;
  const evaluating = new Set<string>();
  const pseudo = pseudoParameters(options);

  const scope: Scope = {
    ref(name) {
      if (Object.hasOwn(pseudo, name)) return pseudo[name];
      if (Object.hasOwn(template.Parameters, name)) return parameterValue(source, name);
      const resource = created.get(name);
      if (!resource) throw new Error(`Ref: ${name} is neither a parameter nor a resource of the stack`);
      return resource.physicalId;
    },
    attribute(logicalId, name) {
      const resource = created.get(logicalId);
      if (!resource) throw new Error(`Fn::GetAtt: ${logicalId} is not a resource of the stack`);
      const { attributes } = resource;
      const value = typeof attributes === 'function' ? attributes(name) : own(attributes, name);
      if (value === undefined) throw new Error(`Fn::GetAtt: ${logicalId} has no attribute ${name} locally`);
      return value;
    },
    mapping(map, topLevelKey, secondLevelKey) {
      const value = own(own(own(template.Mappings, map) ?? {}, topLevelKey) ?? {}, secondLevelKey);
      if (value === undefined) {
        throw new Error(`Fn::FindInMap: there is no ${map}.${topLevelKey}.${secondLevelKey}`);
      }
      return value;
    },
    condition(name) {
      if (!Object.hasOwn(template.Conditions, name)) throw new Error(`there is no condition ${name}`);
      if (evaluating.has(name)) throw new Error(`the condition ${name} depends on itself`);
      evaluating.add(name);
      try {
        return resolve(template.Conditions[name], scope) === true;
      } finally {
        evaluating.delete(name);
      }
    },
    importValue(exportName) {
      const value = options.exports.get(exportName);
      if (value === undefined) throw new Error(`Fn::ImportValue: no stack before exports ${exportName}`);
      return value;
    },
  };
  return scope;
}

function pseudoParameters({ identity, source, stackId }: ScopeOptions): Readonly<Record<string, unknown>> {
  return {
    'AWS::AccountId': identity.accountId,
    'AWS::Region': identity.region,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': source.name,
    'AWS::StackId': stackId,
    'AWS::NotificationARNs': [],
    'AWS::NoValue': NO_VALUE,
  };
}

function parameterValue({ template, parameters }: StackSource, name: string): unknown {
  if (name === BOOTSTRAP_VERSION) return '999';
  const type = template.Parameters[name]?.Type ?? 'String';
  const fallback = template.Parameters[name]?.Default;
  const given = own(parameters, name);
  if (given === undefined && type.startsWith('AWS::SSM::')) {
    throw new Error(
      `the parameter ${name} is read from SSM (${String(fallback)}); give its value in 'parameters'`,
    );
  }
  const value = given ?? fallback;
  if (value === undefined) throw new Error(`the parameter ${name} has no default; give it in 'parameters'`);
  const isList = type.startsWith('List<') || type === 'CommaDelimitedList';
  return isList
    ? String(value)
        .split(',')
        .map((element) => element.trim())
    : String(value);
}
