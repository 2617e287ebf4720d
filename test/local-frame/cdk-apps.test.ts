// Which CDK apps start, as docs/local-cloud.md says.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { CfnRule, EventField, Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import {
  LambdaFunction as FunctionTarget,
  SqsQueue as QueueTarget,
  SfnStateMachine,
} from 'aws-cdk-lib/aws-events-targets';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Bucket, EventType } from 'aws-cdk-lib/aws-s3';
import { LambdaDestination, SqsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import {
  DefinitionBody,
  type IChainable,
  IntegrationPattern,
  Pass,
  QueryLanguage,
  StateMachine,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import {
  DynamoAttributeValue,
  DynamoPutItem,
  LambdaInvoke,
  SqsSendMessage,
  StepFunctionsStartExecution,
} from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { expect, onTestFinished, test } from 'vitest';
import { startLocalCloud } from '../../local/index.ts';

type Define = (stack: Stack) => void;

function functionIn(stack: Stack): LambdaFunction {
  return new LambdaFunction(stack, 'Function', {
    runtime: Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => ({})'),
  });
}

function machine(stack: Stack, states: IChainable, queryLanguage = QueryLanguage.JSONATA): StateMachine {
  return new StateMachine(stack, 'Machine', {
    queryLanguage,
    definitionBody: DefinitionBody.fromChainable(states),
  });
}

/** @returns what is deployed and does nothing */
async function start(define: Define): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'twinwrite-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const app = new App({ outdir: folder, analyticsReporting: false, builtinCloudFormationValidation: false });
  define(new Stack(app, 'Foreign'));
  app.synth();
  await using cloud = await startLocalCloud({ assembly: folder, warmUp: false });
  return cloud.ignored;
}

test.each<[string, Define, string[]]>([
  [
    'a JSONata machine that calls a function',
    (stack) => machine(stack, LambdaInvoke.jsonata(stack, 'Call', { lambdaFunction: functionIn(stack) })),
    [],
  ],
  [
    'a JSONata machine that writes to a table',
    (stack) => {
      const partitionKey = { name: 'id', type: AttributeType.STRING };
      const table = new TableV2(stack, 'Table', { partitionKey });
      const item = { id: DynamoAttributeValue.fromString('a') };
      machine(stack, DynamoPutItem.jsonata(stack, 'Put', { table, item }));
    },
    [],
  ],
  [
    'a bucket with versions that empties itself',
    (stack) =>
      new Bucket(stack, 'Bucket', {
        versioned: true,
        autoDeleteObjects: true,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
    [],
  ],
  [
    'a topic with a subscription, which does nothing',
    (stack) => new Topic(stack, 'Topic').addSubscription(new LambdaSubscription(functionIn(stack))),
    [expect.stringMatching(/\(AWS::SNS::Subscription\): Endpoint$/)],
  ],
  [
    'a rule with a schedule for a function',
    (stack) => {
      const target = new FunctionTarget(functionIn(stack));
      new Rule(stack, 'Rule', { schedule: Schedule.rate(Duration.minutes(5)), targets: [target] });
    },
    [],
  ],
  [
    'a bucket whose new objects start a state machine',
    (stack) => {
      const bucket = new Bucket(stack, 'Bucket', { eventBridgeEnabled: true });
      const detail = { bucket: { name: [bucket.bucketName] } };
      new Rule(stack, 'Rule', {
        eventPattern: { source: ['aws.s3'], detailType: ['Object Created'], detail },
        targets: [
          new SfnStateMachine(machine(stack, Pass.jsonata(stack, 'Pass')), {
            input: RuleTargetInput.fromObject({ key: EventField.fromPath('$.detail.object.key') }),
          }),
        ],
      });
    },
    [],
  ],
  [
    'a bucket that tells a function',
    (stack) => {
      const destination = new LambdaDestination(functionIn(stack));
      new Bucket(stack, 'Bucket').addEventNotification(EventType.OBJECT_CREATED, destination, {
        prefix: 'in/',
      });
    },
    [],
  ],
  [
    'a rule with a topic, which does nothing',
    (stack) =>
      new CfnRule(stack, 'Rule', {
        scheduleExpression: 'rate(5 minutes)',
        targets: [{ id: 'a', arn: new Topic(stack, 'Topic').topicArn }],
      }),
    ['Rule (AWS::Events::Rule): Targets: a (sns)'],
  ],
  [
    'a callback of a function',
    (stack) =>
      machine(
        stack,
        LambdaInvoke.jsonata(stack, 'Call', {
          lambdaFunction: functionIn(stack),
          integrationPattern: IntegrationPattern.WAIT_FOR_TASK_TOKEN,
          payload: TaskInput.fromObject({ token: '{% $states.context.Task.Token %}' }),
        }),
      ),
    [],
  ],
  [
    'a nested execution that is waited for',
    (stack) => {
      const inner = new StateMachine(stack, 'Inner', {
        queryLanguage: QueryLanguage.JSONATA,
        definitionBody: DefinitionBody.fromChainable(Pass.jsonata(stack, 'Pass')),
      });
      const integrationPattern = IntegrationPattern.RUN_JOB;
      machine(
        stack,
        StepFunctionsStartExecution.jsonata(stack, 'Run', { stateMachine: inner, integrationPattern }),
      );
    },
    [],
  ],
  [
    'queues between a bucket, a rule, a state machine and a function, with dead letters',
    (stack) => {
      const dead = new Queue(stack, 'Dead');
      const queue = new Queue(stack, 'Queue', {
        deadLetterQueue: { queue: dead, maxReceiveCount: 3 },
        visibilityTimeout: Duration.minutes(2),
      });
      functionIn(stack).addEventSource(new SqsEventSource(queue, { reportBatchItemFailures: true }));
      new Bucket(stack, 'Bucket').addEventNotification(EventType.OBJECT_CREATED, new SqsDestination(queue));
      new Rule(stack, 'Rule', {
        schedule: Schedule.rate(Duration.minutes(5)),
        targets: [new QueueTarget(queue)],
      });
      const messageBody = TaskInput.fromObject({ token: '{% $states.context.Task.Token %}' });
      const integrationPattern = IntegrationPattern.WAIT_FOR_TASK_TOKEN;
      machine(stack, SqsSendMessage.jsonata(stack, 'Send', { queue, messageBody, integrationPattern }));
    },
    [],
  ],
])('%s starts', async (_, define, ignored) => {
  expect(await start(define)).toEqual(ignored);
});

test.each<[string, Define, string]>([
  [
    'a machine in JSONPath',
    (stack) => machine(stack, new Pass(stack, 'Pass'), QueryLanguage.JSON_PATH),
    'Only definitions with',
  ],
  [
    'a FIFO queue',
    (stack) => new Queue(stack, 'Queue', { fifo: true }),
    'FIFO queues are not supported locally',
  ],
])('%s is refused', async (_, define, message) => {
  await expect(start(define)).rejects.toMatchObject({
    name: 'DeploymentError',
    message: expect.stringContaining(message),
  });
});
