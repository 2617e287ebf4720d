// Step Functions' operations as actions, each on the ARN that its request names.
// Source: Service Authorization Reference, "AWS Step Functions".

import { arnOf, type Called, type Mapping, type Need } from './need.ts';

/** The member of the request that holds the ARN, by operation. */
const NAMED_BY = {
  DeleteStateMachine: 'stateMachineArn',
  DescribeExecution: 'executionArn',
  DescribeMapRun: 'mapRunArn',
  DescribeStateMachine: 'stateMachineArn',
  DescribeStateMachineForExecution: 'executionArn',
  GetExecutionHistory: 'executionArn',
  ListExecutions: 'stateMachineArn',
  ListMapRuns: 'executionArn',
  ListTagsForResource: 'resourceArn',
  RedriveExecution: 'executionArn',
  StartExecution: 'stateMachineArn',
  StartSyncExecution: 'stateMachineArn',
  StopExecution: 'executionArn',
  TagResource: 'resourceArn',
  UntagResource: 'resourceArn',
  UpdateMapRun: 'mapRunArn',
  UpdateStateMachine: 'stateMachineArn',
} as const;

export const statesNeeds: Mapping = {
  ...Object.fromEntries(
    Object.entries(NAMED_BY).map(([operation, member]) => [operation, onNamed(operation, member)]),
  ),
  CreateStateMachine: ({ call, identity }) => {
    const { name } = JSON.parse(call.subject);
    const resource = arnOf(identity, 'states', `stateMachine:${String(name)}`);
    return [{ action: 'states:CreateStateMachine', resource }];
  },
  ListStateMachines: onNone('ListStateMachines'),
  TestState: onNone('TestState'),
  ValidateStateMachineDefinition: onNone('ValidateStateMachineDefinition'),
};

function onNone(operation: string): (called: Called) => Need[] {
  return ({ identity }) => [
    {
      action: `states:${operation}`,
      resource: '*',
      shown: arnOf(identity, 'states', 'stateMachine:*'),
    },
  ];
}

/** The call's subject is its JSON body. ListExecutions may name a Map run instead of a state machine. */
function onNamed(operation: string, member: string): (called: Called) => Need[] {
  return ({ call }) => {
    const body: Readonly<Record<string, unknown>> = call.subject === '' ? {} : JSON.parse(call.subject);
    return [{ action: `states:${operation}`, resource: String(body[member] ?? body.mapRunArn ?? '') }];
  };
}
