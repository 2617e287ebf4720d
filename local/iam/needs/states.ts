// Step Functions' operations as actions, each on the ARN that its request names.
// Source: Service Authorization Reference, "AWS Step Functions".

import { arnOf, bodyOf, type Called, type Mapping, type Need, needOn } from './need.ts';

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
  CreateStateMachine: (called) => {
    const resource = arnOf(called.identity, 'states', `stateMachine:${String(bodyOf(called).name)}`);
    return [{ action: 'states:CreateStateMachine', resource }];
  },
  ListStateMachines: onNone('ListStateMachines'),
  SendTaskFailure: onNone('SendTaskFailure'),
  SendTaskHeartbeat: onNone('SendTaskHeartbeat'),
  SendTaskSuccess: onNone('SendTaskSuccess'),
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

/** ListExecutions may name a Map run instead of a state machine. */
function onNamed(operation: string, member: string): (called: Called) => readonly Need[] {
  return (called) => {
    const body = bodyOf(called);
    return needOn(`states:${operation}`, body[member] ?? body.mapRunArn);
  };
}
