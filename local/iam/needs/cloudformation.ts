// CloudFormation's operations as actions, and STS's, which are answered beside them: GetCallerIdentity needs no right.
// Source: Service Authorization Reference, "AWS CloudFormation" and "AWS Security Token Service".

import { arnOf, type Called, type Mapping, type Need, needOn } from './need.ts';

export const cloudFormationNeeds: Mapping = {
  DescribeStacks: onStack('DescribeStacks'),
  DescribeStackResources: onStack('DescribeStackResources'),
  ListStackResources: onStack('ListStackResources'),
  ListStacks: ({ identity }) => [
    {
      action: 'cloudformation:ListStacks',
      resource: '*',
      shown: arnOf(identity, 'cloudformation', 'stack/*/*'),
    },
  ],
  GetCallerIdentity: () => [],
  AssumeRole: (called) => needOn('sts:AssumeRole', parametersOf(called).get('RoleArn')),
};

/** `stack/{name}/*`, as AWS reports it for a stack that is named; all stacks where none is. */
function onStack(action: string): (called: Called) => Need[] {
  return (called) => {
    const name = parametersOf(called).get('StackName') ?? '*';
    const resource = name.startsWith('arn:')
      ? name
      : arnOf(called.identity, 'cloudformation', `stack/${name}/*`);
    return [{ action: `cloudformation:${action}`, resource }];
  };
}

function parametersOf({ request, call }: Called): URLSearchParams {
  return request.method === 'POST' ? new URLSearchParams(call.subject) : request.query;
}
