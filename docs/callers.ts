// The kinds of callers of a store, each with the construct's grant for it, and what that grant comes to in a template:
// docs/grants.md prints it, and a test sees that each right is needed.

import { App, Stack } from 'aws-cdk-lib';
import { AccountRootPrincipal, type IGrantable, Role } from 'aws-cdk-lib/aws-iam';
import { LargeItemStore } from '../lib/index.ts';
import { resolve, type Scope } from '../local/cloudformation/intrinsics.ts';

type Grant = Extract<keyof LargeItemStore, `grant${string}`>;

export interface Caller {
  /** What it does, for people. */
  readonly does: string;
  readonly grant: Grant;
  /** Of which of the stack's two stores; that of `Parameter` is described by a parameter. */
  readonly store: 'Docs' | 'Parameter';
}

/** By the id of its role in the stack. */
export const CALLERS = {
  InlineWriter: {
    does: 'writes what fits into a run, or what others have staged',
    grant: 'grantWriteInline',
    store: 'Docs',
  },
  Writer: { does: 'writes content of any size', grant: 'grantWrite', store: 'Docs' },
  Stager: { does: 'uploads for others, or signs their uploads', grant: 'grantStaging', store: 'Docs' },
  Waiter: { does: 'waits for runs that others start', grant: 'grantWait', store: 'Docs' },
  Reader: {
    does: 'reads, or signs URLs by which others read',
    grant: 'grantRead',
    store: 'Docs',
  },
  Operator: { does: 'audits and replays runs', grant: 'grantOperate', store: 'Docs' },
  Checker: { does: 'compares the table with the bucket', grant: 'grantCheck', store: 'Docs' },
  Sweeper: { does: 'sweeps, and reads the reports', grant: 'grantSweep', store: 'Docs' },
  FinderByStack: { does: 'finds the store by its stack', grant: 'grantDiscovery', store: 'Docs' },
  FinderByParameter: {
    does: 'finds the store by its parameter',
    grant: 'grantDiscovery',
    store: 'Parameter',
  },
} as const satisfies Record<string, Caller>;

export type CallerName = keyof typeof CALLERS;

export const PARAMETER_NAME = '/my-app/docs';

/** Two stores, and a role for each kind of caller. */
export class CallersStack extends Stack {
  constructor(scope: App, id: string) {
    super(scope, id);
    const stores = {
      Docs: new LargeItemStore(this, 'Docs'),
      Parameter: new LargeItemStore(this, 'Parameter', { parameterName: PARAMETER_NAME }),
    };
    for (const [name, { grant, store }] of Object.entries<Caller>(CALLERS)) {
      const role = new Role(this, name, { assumedBy: new AccountRootPrincipal() });
      (stores[store][grant] as (grantee: IGrantable) => void).call(stores[store], role);
    }
  }
}

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

interface Policy {
  readonly PolicyDocument: { readonly Statement: readonly Readonly<Record<string, unknown>>[] };
}

export interface Statement {
  readonly Effect: 'Allow';
  readonly Action: string;
  readonly Resource: unknown;
}

/** What a role may do, one action on one resource at a time, as its policy in the template has it. */
export function statementsOf({ Resources }: Template, role: string): Statement[] {
  const policies = Object.entries(Resources).filter(
    ([id, { Type }]) => Type === 'AWS::IAM::Policy' && id.replace(/DefaultPolicy[0-9A-F]{8}$/, '') === role,
  );
  return policies.flatMap(([, { Properties }]) => {
    const { PolicyDocument } = Properties as unknown as Policy;
    return PolicyDocument.Statement.flatMap(({ Action, Resource }) =>
      [Action].flat().flatMap((action) =>
        [Resource].flat().map((resource) => ({
          Effect: 'Allow' as const,
          Action: String(action),
          Resource: resource,
        })),
      ),
    );
  });
}

/** A statement's resource as an ARN in which `{Create}`, `{bucket}`, `{region}` and so on stand for what only AWS knows. */
export function arnIn(template: Template, { Resource }: Statement): string {
  return String(resolve(Resource, placeholders(template)));
}

/** The table in docs/grants.md: callers, the grants for them, and what these allow. */
export function callersTable(): string {
  const template = synthesised();
  const rows = Object.entries<Caller>(CALLERS).flatMap(([name, { does, grant }]) =>
    rightsOf(template, name).map(([arn, actions], at) => {
      const who = at === 0 ? [does, `\`${grant}\``] : ['', ''];
      return [...who, actions.map((action) => `\`${action}\``).join(', '), `\`${arn}\``];
    }),
  );
  const nobody = ['has a signed URL, for an upload or for reading', '', 'none', ''];
  return [['a caller that', 'gets', 'actions', 'on'], ['---', '---', '---', '---'], ...rows, nobody]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
}

/** Actions by ARN; the three state machines as one. */
function rightsOf(template: Template, role: string): (readonly [arn: string, actions: string[]])[] {
  const byArn = new Map<string, Set<string>>();
  for (const statement of statementsOf(template, role)) {
    const arn = arnIn(template, statement).replace(/\{(?:Create|Update|Delete)\}/, '{machine}');
    byArn.set(arn, (byArn.get(arn) ?? new Set()).add(statement.Action));
  }
  return [...byArn].map(([arn, actions]) => [arn, [...actions]]);
}

function synthesised(): Template {
  const app = new App({
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
    context: { 'aws:cdk:disable-asset-staging': true },
  });
  new CallersStack(app, 'MyStack');
  return app.synth().getStackByName('MyStack').template as Template;
}

function placeholders({ Resources }: Template): Scope {
  const ref = (name: string): string => {
    const machine = /^(?:Docs|Parameter)(Create|Update|Delete|Sweep)(?:Machine)?[0-9A-F]{8}$/.exec(name)?.[1];
    if (machine !== undefined) return arnOf('states', `stateMachine:{${machine}}`);
    const named: Readonly<Record<string, string>> = {
      'AWS::Partition': 'aws',
      'AWS::Region': '{region}',
      'AWS::AccountId': '{account}',
      'AWS::SSM::Parameter': PARAMETER_NAME,
      'AWS::S3::Bucket': '{bucket}',
      'AWS::DynamoDB::GlobalTable': '{table}',
    };
    return named[name] ?? named[Resources[name]?.Type ?? ''] ?? unknown(name);
  };
  const attribute = (id: string): string => {
    switch (Resources[id]?.Type) {
      case 'AWS::StepFunctions::StateMachine':
        return ref(id).split(':')[6] ?? '';
      case 'AWS::S3::Bucket':
        return 'arn:aws:s3:::{bucket}';
      case 'AWS::DynamoDB::GlobalTable':
        return arnOf('dynamodb', 'table/{table}');
      default:
        return unknown(id);
    }
  };
  return { ref, attribute, mapping: unknown, condition: unknown, importValue: unknown };
}

function arnOf(service: string, resource: string): string {
  return `arn:aws:${service}:{region}:{account}:${resource}`;
}

function unknown(name: string): never {
  throw new Error(`a right on ${name}, which has no placeholder`);
}
