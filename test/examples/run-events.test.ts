// The documented EventBridge rules, as they are synthesised.

import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { RunEvents } from '../../examples/run-events.ts';
import { LargeItemStore } from '../../lib/index.ts';

test('rules match the ends of the runs of all three state machines, and reach their targets', () => {
  const app = new App({ analyticsReporting: false, context: { 'aws:cdk:disable-asset-staging': true } });
  const stack = new Stack(app, 'Test');
  const store = new LargeItemStore(stack, 'Docs');
  const events = new RunEvents(stack, 'RunEvents', store);
  const template = Template.fromStack(stack);

  const failures = ['FAILED', 'TIMED_OUT', 'ABORTED'];
  for (const [status, target] of [
    [failures, { Ref: stack.getLogicalId(events.failures.node.defaultChild as never) }],
    [['SUCCEEDED', ...failures], stack.resolve(events.ends.queueArn)],
  ]) {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        detail: {
          status,
          stateMachineArn: Object.values(store.stateMachines).map(({ stateMachineArn }) =>
            stack.resolve(stateMachineArn),
          ),
        },
      },
      State: 'ENABLED',
      Targets: [{ Arn: target }],
    });
  }
  // Both let EventBridge in, and neither anybody without TLS.
  for (const type of ['AWS::SNS::TopicPolicy', 'AWS::SQS::QueuePolicy']) {
    const [policy] = Object.values(template.findResources(type));
    const statements: { Effect: string; Principal: { Service?: string } }[] =
      policy?.Properties.PolicyDocument.Statement;
    expect(statements.map(({ Effect, Principal }) => [Effect, Principal.Service])).toEqual(
      expect.arrayContaining([
        ['Allow', 'events.amazonaws.com'],
        ['Deny', undefined],
      ]),
    );
  }
});
