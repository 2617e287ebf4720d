// The Express lane of a store: what `express` adds, and that it takes nothing from what is there without it.

import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { beforeAll, describe, expect, test } from 'vitest';
import { storeDescriptorSchema } from '../../core/contract/store.ts';
import { LargeItemStore, type LargeItemStoreProps } from '../../lib/index.ts';
import { makeStore, templateApp, templateOf } from './app.ts';
import { rights, substituted } from './template.ts';

interface Machine {
  readonly StateMachineType?: string;
  readonly DefinitionString: string;
  readonly DefinitionSubstitutions: Readonly<Record<string, unknown>>;
  readonly LoggingConfiguration: {
    readonly Level: string;
    readonly IncludeExecutionData: boolean;
    readonly Destinations: readonly {
      readonly CloudWatchLogsLogGroup: { readonly LogGroupArn: unknown };
    }[];
  };
  readonly TracingConfiguration: unknown;
}

const LANE = ['DocsExpressCreate', 'DocsExpressUpdate', 'DocsExpressDelete'];

const withoutHash = (id: string) => id.replace(/[0-9A-F]{8}$/, '');

function machinesOf(template: Template): Record<string, Machine> {
  const found = Object.entries(template.findResources('AWS::StepFunctions::StateMachine'));
  return Object.fromEntries(
    found.map(([id, { Properties }]) => [withoutHash(id), Properties as unknown as Machine]),
  );
}

function laneOf(template: Template): [id: string, Machine][] {
  return Object.entries(machinesOf(template)).filter(([, machine]) => machine.StateMachineType === 'EXPRESS');
}

describe('with express: true', () => {
  let template: Template;
  beforeAll(() => {
    template = templateOf(() => ({ express: true, logRetention: RetentionDays.ONE_WEEK }));
  });

  test('each operation has an Express state machine beside its Standard one', () => {
    expect(laneOf(template).map(([id]) => id)).toEqual(LANE);
    expect(Object.keys(machinesOf(template)).filter((id) => !LANE.includes(id))).toEqual([
      'DocsCreate',
      'DocsUpdate',
      'DocsDelete',
      'DocsSweepMachine',
    ]);
  });

  test('each is given the functions of its operation, and the state machine that it hands over to', () => {
    const puts = ['PutInlineFunction', 'PutObjectFunction'];
    for (const [id, { DefinitionSubstitutions, DefinitionString }] of laneOf(template)) {
      const { StandardStateMachine, ...functions } = DefinitionSubstitutions;
      expect(Object.keys(functions)).toEqual([
        'PlanFunction',
        ...(id === 'DocsExpressDelete' ? [] : puts),
        'WriteItemFunction',
        'DeleteObjectsFunction',
      ]);
      expect(withoutHash(substituted(StandardStateMachine))).toBe(id.replace('Express', ''));
      const named = [...DefinitionString.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
      expect(Object.keys(DefinitionSubstitutions)).toEqual(expect.arrayContaining(named));
    }
  });

  test('they log what fails, without its data, to a group of their own that is kept like the others', () => {
    for (const [, { LoggingConfiguration }] of laneOf(template)) {
      expect(LoggingConfiguration).toMatchObject({ Level: 'ERROR', IncludeExecutionData: false });
      const [destination] = LoggingConfiguration.Destinations;
      expect(substituted(destination?.CloudWatchLogsLogGroup.LogGroupArn)).toMatch(/^DocsExpressLogs/);
    }
    const groups = Object.values(template.findResources('AWS::Logs::LogGroup'));
    expect(groups.map(({ Properties }) => Properties.LogGroupName)).toContainEqual(
      expect.stringMatching(/^\/aws\/vendedlogs\/states\/Test-[0-9a-f]{8}-express$/),
    );
    for (const { Properties } of groups) expect(Properties.RetentionInDays).toBe(7);
  });

  test('they may call their functions and start their own Standard state machine, no other', () => {
    const all = rights(template);
    for (const id of LANE) {
      const { '*': _, ...own } = all[id] ?? {};
      const standard = id.replace('Express', '');
      const ofStandard = Object.keys(all[standard] ?? {}).filter(
        (resource) => resource.startsWith('DocsTasks') && resource !== 'DocsTasksSettleRun',
      );
      expect(Object.keys(own).map(withoutHash).toSorted()).toEqual([...ofStandard, standard].toSorted());
      const started = Object.entries(own).filter(([resource]) => withoutHash(resource) === standard);
      expect(started.map(([, actions]) => actions)).toEqual([['states:StartExecution']]);
    }
    expect(all.DocsExpressCreate?.['*']).toEqual(all.DocsCreate?.['*']);
  });

  test('the description and the outputs name the lane', () => {
    const outputs = Object.entries(template.findOutputs('*')).map(([id, { Value }]): [string, string] => [
      withoutHash(id),
      substituted(Value),
    ]);
    const { DocsStore = '', ...others } = Object.fromEntries(outputs);
    const { express } = storeDescriptorSchema.parse(JSON.parse(DocsStore));
    expect(express).toEqual({
      stateMachines: {
        create: expect.stringMatching(/^DocsExpressCreate/),
        update: expect.stringMatching(/^DocsExpressUpdate/),
        delete: expect.stringMatching(/^DocsExpressDelete/),
      },
      logGroup: expect.stringMatching(/^DocsExpressLogs/),
    });
    expect(others).toMatchObject({
      DocsExpressCreateStateMachineArn: express?.stateMachines.create,
      DocsExpressUpdateStateMachineArn: express?.stateMachines.update,
      DocsExpressDeleteStateMachineArn: express?.stateMachines.delete,
      DocsExpressLogGroupName: express?.logGroup,
    });
  });
});

test.each<[LargeItemStoreProps['express'], string]>([
  [{}, 'ERROR'],
  [{ logLevel: 'ERROR' }, 'ERROR'],
  [{ logLevel: 'ALL' }, 'ALL'],
])('with express: %j it logs at %s, and the Standard state machines at ALL as ever', (express, level) => {
  const machines = Object.entries(machinesOf(templateOf(() => ({ express: express as object }))));
  for (const [id, { LoggingConfiguration }] of machines) {
    expect(LoggingConfiguration, id).toMatchObject({
      Level: LANE.includes(id) ? level : 'ALL',
      IncludeExecutionData: false,
    });
  }
});

test('is traced like the other state machines', () => {
  for (const [, { TracingConfiguration }] of laneOf(templateOf(() => ({ express: true })))) {
    expect(TracingConfiguration).toEqual({ Enabled: true });
  }
  const untraced = laneOf(templateOf(() => ({ express: true, tracing: false })));
  for (const [, { TracingConfiguration }] of untraced)
    expect(TracingConfiguration).toEqual({ Enabled: false });
});

test('is not there unless it is asked for, and takes nothing from what is there without it', () => {
  const without = templateOf();
  expect(templateOf(() => ({ express: false })).toJSON()).toEqual(without.toJSON());
  expect(makeStore().store).toMatchObject({ expressStateMachines: undefined });
  const { Resources: before } = without.toJSON();
  const { Resources: after } = templateOf(() => ({ express: true })).toJSON();
  const changed = Object.keys(before).filter(
    (id) => JSON.stringify(before[id]) !== JSON.stringify(after[id]),
  );
  expect(changed).toEqual([]);
});

describe('a key of the account', () => {
  const made = () => {
    const stack = new Stack(templateApp(), 'Test');
    const key = new Key(stack, 'Key');
    const store = new LargeItemStore(stack, 'Docs', { express: true, encryptionKey: key });
    store.grantWriteInline(new Role(stack, 'Writer', { assumedBy: new AccountRootPrincipal() }));
    return { template: Template.fromStack(stack), keyArn: stack.resolve(key.keyArn) };
  };

  interface Statement {
    readonly Action: string | readonly string[];
    readonly Resource: unknown;
    readonly Condition?: {
      readonly StringEquals?: Readonly<Record<string, unknown>>;
      readonly StringLike?: Readonly<Record<string, unknown>>;
    };
  }

  test('encrypts the lane too; what hands over may use it for the run that it starts, and callers for the lane', () => {
    const { template, keyArn } = made();
    for (const [, machine] of laneOf(template)) {
      expect(machine).toMatchObject({ EncryptionConfiguration: { KmsKeyId: keyArn } });
    }
    template.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: keyArn });
    const policies = Object.entries(template.findResources('AWS::IAM::Policy'));
    const usedBy = (role: string): string[] =>
      policies
        .filter(([id]) => withoutHash(id) === role)
        .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement as Statement[])
        .filter(({ Resource }) => JSON.stringify(Resource) === JSON.stringify(keyArn))
        .flatMap(({ Condition: { StringEquals, StringLike } = {} }) =>
          Object.values({ ...StringEquals, ...StringLike }).flat(),
        )
        .map((machine) => withoutHash(substituted(machine)));
    for (const id of LANE) {
      expect(usedBy(`${id}RoleDefaultPolicy`)).toEqual([id.replace('Express', '')]);
      expect(usedBy(`${id}Encryption`)).toContain(id);
    }
    expect(usedBy('WriterDefaultPolicy')).toEqual(expect.arrayContaining(LANE));
  });
});

describe('grants', () => {
  let granted: Record<string, Record<string, readonly string[]>>;
  beforeAll(() => {
    const { stack, store } = makeStore(() => ({ express: true }));
    const grants = ['grantWriteInline', 'grantWrite', 'grantOperate', 'grantWait', 'grantRead', 'grantCheck'];
    for (const grant of grants as (keyof typeof store & `grant${string}`)[]) {
      store[grant](new Role(stack, grant, { assumedBy: new AccountRootPrincipal() }));
    }
    granted = rights(Template.fromStack(stack));
  });

  const laneRights = (grant: string) =>
    Object.entries(granted[`${grant}DefaultPolicy`] ?? granted[grant] ?? {})
      .filter(([resource]) => resource.includes('Express'))
      .map(([resource, actions]) => [withoutHash(resource), actions]);
  const starts = LANE.map((id) => [id, ['states:StartSyncExecution']]);

  test.each(['grantWriteInline', 'grantWrite'])('%s lets start runs of the lane, synchronously', (grant) => {
    expect(laneRights(grant)).toEqual(starts);
  });

  test('grantOperate lets the lane’s log be read besides, that one alone, and its definitions', () => {
    expect(laneRights('grantOperate')).toEqual([
      ...LANE.map((id) => [id, ['states:StartSyncExecution', 'states:DescribeStateMachine']]),
      ['DocsExpressLogs', ['logs:FilterLogEvents']],
    ]);
  });

  test.each(['grantWait', 'grantRead', 'grantCheck'])('%s is not about the lane', (grant) => {
    expect(laneRights(grant)).toEqual([]);
  });
});
