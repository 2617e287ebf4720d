// Events of a store's runs: somebody hears of each that failed, and a queue takes all ends.

import { type EventPattern, Rule } from 'aws-cdk-lib/aws-events';
import { SnsTopic, SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { LargeItemStore } from 'twinwrite/cdk';

const FAILURES = ['FAILED', 'TIMED_OUT', 'ABORTED'];

export class RunEvents extends Construct {
  /** Subscribe whoever looks at failed runs. */
  readonly failures: Topic;
  /** For an app that goes on when a run has ended. */
  readonly ends: Queue;

  constructor(scope: Construct, id: string, { stateMachines }: LargeItemStore) {
    super(scope, id);
    const statusChange = (status: string[]): EventPattern => ({
      source: ['aws.states'],
      detailType: ['Step Functions Execution Status Change'],
      detail: {
        stateMachineArn: [stateMachines.create, stateMachines.update, stateMachines.delete].map(
          (machine) => machine.stateMachineArn,
        ),
        status,
      },
    });

    this.failures = new Topic(this, 'Failures', { enforceSSL: true });
    new Rule(this, 'FailedRuns', {
      eventPattern: statusChange(FAILURES),
      targets: [new SnsTopic(this.failures)],
    });

    this.ends = new Queue(this, 'Ends', { enforceSSL: true });
    new Rule(this, 'EndedRuns', {
      eventPattern: statusChange(['SUCCEEDED', ...FAILURES]),
      targets: [new SqsQueue(this.ends)],
    });
  }
}
