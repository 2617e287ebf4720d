// A local cloud with a role for each kind of caller, and beside it roles that lack some of its rights.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { App } from 'aws-cdk-lib';
import {
  arnIn,
  CALLERS,
  type CallerName,
  CallersStack,
  type Statement,
  statementsOf,
  type Template,
} from '../../docs/callers.ts';
import { type LocalCloud, startLocalCloud } from '../../local/index.ts';

export const STACK = 'Twinwrite';

/** A role of a caller without some of its rights. */
export interface Reduced {
  readonly caller: CallerName;
  readonly without: readonly string[];
}

export interface CallersCloud extends AsyncDisposable {
  readonly cloud: LocalCloud;
  /** `{action} {resource}` of every right of the caller. */
  rightsOf(caller: CallerName): string[];
  /** Environment variables with which calls are made as this role. */
  environmentOf(role: Reduced): Promise<Record<string, string>>;
}

export async function startCallersCloud(reduced: readonly Reduced[]): Promise<CallersCloud> {
  const assembly = await mkdtemp(join(tmpdir(), 'twinwrite-callers-'));
  const app = new App({
    outdir: assembly,
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
  });
  new CallersStack(app, STACK);
  app.synth();
  const file = join(assembly, `${STACK}.template.json`);
  const template = JSON.parse(await readFile(file, 'utf8')) as Template;
  const rights = (caller: CallerName) => statementsOf(template, caller);
  const nameOf = (statement: Statement) =>
    `${statement.Action} ${arnIn(template, statement).split(':').slice(5).join(':')}`;
  const roles = reduced.map(({ caller, without }, at) =>
    roleOf(
      `Reduced${at}`,
      rights(caller).filter((right) => !without.includes(nameOf(right))),
    ),
  );
  const Resources = Object.assign({}, template.Resources, ...roles);
  await writeFile(file, JSON.stringify({ ...template, Resources }));
  const cloud = await startLocalCloud({ assembly, timeScale: 1000, warmUp: false });
  const sts = new STSClient({
    endpoint: cloud.endpoint,
    region: cloud.region,
    credentials: cloud.credentials,
  });
  return {
    cloud,
    rightsOf: (caller) => rights(caller).map(nameOf),
    async environmentOf(role) {
      const name = cloud.resources[`Reduced${reduced.indexOf(role)}`]?.physicalId;
      const RoleArn = `arn:aws:iam::000000000000:role/${name}`;
      const { Credentials } = await sts.send(
        new AssumeRoleCommand({ RoleArn, RoleSessionName: role.caller }),
      );
      return {
        ...cloud.env,
        AWS_ACCESS_KEY_ID: Credentials?.AccessKeyId ?? '',
        AWS_SECRET_ACCESS_KEY: Credentials?.SecretAccessKey ?? '',
        AWS_SESSION_TOKEN: Credentials?.SessionToken ?? '',
      };
    },
    async [Symbol.asyncDispose]() {
      sts.destroy();
      await cloud.stop();
      await rm(assembly, { recursive: true });
    },
  };
}

export const CALLER_NAMES = Object.keys(CALLERS) as CallerName[];

function roleOf(id: string, Statement: readonly Statement[]): object {
  const Version = '2012-10-17';
  const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: '*' } };
  return {
    [id]: {
      Type: 'AWS::IAM::Role',
      Properties: { AssumeRolePolicyDocument: { Version, Statement: [trust] } },
    },
    ...(Statement.length > 0 && {
      [`${id}Policy`]: {
        Type: 'AWS::IAM::Policy',
        Properties: { PolicyName: id, PolicyDocument: { Version, Statement }, Roles: [{ Ref: id }] },
      },
    }),
  };
}
