// STS, as far as it is there: who a caller is, and credentials of a deployed role.

import type { Roles } from '../iam/index.ts';
import { type CloudIdentity, type LocalRequest, ServiceError } from '../service.ts';

/** As GetCallerIdentity answers. */
export function callerIdentity(
  request: LocalRequest,
  { accountId }: CloudIdentity,
  roles: Roles | undefined,
) {
  const session = roles?.caller(request);
  if (session === undefined) {
    return { Arn: `arn:aws:iam::${accountId}:root`, UserId: accountId, Account: accountId };
  }
  const { arn, id } = assumed(session.roleArn, session.sessionName);
  return { Arn: arn, UserId: id, Account: accountId };
}

/**
 * Credentials with which calls are checked against the role's policies. Callers from outside may assume every role of
 * the deployed stacks; a role needs `sts:AssumeRole` on the other. Trust policies are not asked for it.
 * @throws {ServiceError} AccessDenied for a role of no stack, as AWS answers; ValidationError
 */
export function assumeRole(parameters: URLSearchParams, roles: Roles | undefined) {
  const roleArn = parameters.get('RoleArn') ?? '';
  const sessionName = parameters.get('RoleSessionName') ?? '';
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) {
    throw new ServiceError(
      'ValidationError',
      'RoleSessionName: expected 2 to 64 of A-Z a-z 0-9 _ + = , . @ -',
    );
  }
  const seconds = Number(parameters.get('DurationSeconds') ?? 3600);
  if (!(Number.isInteger(seconds) && seconds >= 900 && seconds <= 43_200)) {
    throw new ServiceError('ValidationError', 'DurationSeconds: expected 900 to 43200');
  }
  const variables = roles?.credentials(roleArn, sessionName) ?? {};
  if (roles !== undefined && variables.AWS_ACCESS_KEY_ID === undefined) {
    const denial = `not authorized to perform: sts:AssumeRole on resource: ${roleArn}`;
    throw new ServiceError('AccessDenied', `${denial}: no stack here has such a role`, 403);
  }
  const { arn, id } = assumed(roleArn, sessionName);
  return {
    Credentials: {
      // Without checks of permissions any credentials do.
      AccessKeyId: variables.AWS_ACCESS_KEY_ID ?? 'local',
      SecretAccessKey: variables.AWS_SECRET_ACCESS_KEY ?? 'local',
      SessionToken: variables.AWS_SESSION_TOKEN ?? 'local',
      Expiration: new Date(Date.now() + seconds * 1000).toISOString(),
    },
    AssumedRoleUser: { Arn: arn, AssumedRoleId: id },
  };
}

function assumed(roleArn: string, sessionName: string): { readonly arn: string; readonly id: string } {
  const [, account = '', path = ''] = /^arn:aws:iam::(\d+):role\/(.+)$/.exec(roleArn) ?? [];
  const name = path.split('/').at(-1) ?? '';
  return { arn: `arn:aws:sts::${account}:assumed-role/${name}/${sessionName}`, id: `${name}:${sessionName}` };
}
