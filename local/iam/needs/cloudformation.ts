// CloudFormation's operations as actions. STS's GetCallerIdentity, which is answered beside them, needs no right.
// Source: Service Authorization Reference, "AWS CloudFormation".

import { arnOf, type Called, type Mapping, type Need } from './need.ts';

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
};

/** `stack/{name}/*`, as AWS reports it for a stack that is named; all stacks where none is. */
function onStack(action: string): (called: Called) => Need[] {
  return ({ request, call, identity }) => {
    const parameters = request.method === 'POST' ? new URLSearchParams(call.subject) : request.query;
    const name = parameters.get('StackName') ?? '*';
    const resource = name.startsWith('arn:') ? name : arnOf(identity, 'cloudformation', `stack/${name}/*`);
    return [{ action: `cloudformation:${action}`, resource }];
  };
}
