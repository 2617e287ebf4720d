// Measures that memory does not grow with executions: 10,000 small ones, then as many children of a Distributed Map.
//
//   npm run bench:executions [-- executions [kept]] [--json]

import { parseArgs } from 'node:util';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { type LocalCloud, startLocalCloud } from '../local/index.ts';

const MEBIBYTE = 1024 * 1024;
const AT_A_TIME = 20;
const STEPS = 5;
const POLL_MS = 20;

/** Once so many executions were run, or children of the map. */
interface Point {
  readonly of: 'executions' | 'children';
  readonly count: number;
  readonly seconds: number;
  /** Bytes, after a garbage collection. */
  readonly rss: number;
  readonly heap: number;
}

/** What this program prints. */
export interface MemoryResult {
  readonly executions: number;
  readonly kept: number;
  readonly points: readonly Point[];
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
});
const say = values.json ? console.error : console.log;
const [executions = 10_000, keepExecutions = 1_000] = positionals.map(Number);
const points: Point[] = [];

const small = {
  Order: { Type: 'Pass', Assign: { order: '{% $states.input %}' }, Next: 'Large' },
  Large: { Type: 'Choice', Choices: [{ Condition: '{% $order.n > 5000 %}', Next: 'Done' }], Default: 'Done' },
  Done: { Type: 'Succeed', Output: { n: '{% $order.n %}' } },
};

const map = {
  Each: {
    Type: 'Map',
    ItemReader: {
      Resource: 'arn:aws:states:::s3:getObject',
      ReaderConfig: { InputType: 'JSONL' },
      Arguments: { Bucket: 'bench-items', Key: 'items' },
    },
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'Order',
      States: small,
    },
    ResultWriter: {
      Resource: 'arn:aws:states:::s3:putObject',
      Arguments: { Bucket: 'bench-items', Prefix: 'results' },
    },
    End: true,
  },
};

function stateMachine(name: string, states: object) {
  const DefinitionString = JSON.stringify({
    QueryLanguage: 'JSONata',
    StartAt: Object.keys(states)[0],
    States: states,
  });
  const RoleArn = 'arn:aws:iam::000000000000:role/bench';
  return {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: { StateMachineName: name, DefinitionString, RoleArn },
  };
}

const template = {
  Resources: {
    Items: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'bench-items' } },
    Small: stateMachine('small', small),
    Map: stateMachine('map', map),
  },
};

function report(of: Point['of'], count: number, since: number): void {
  globalThis.gc?.();
  const { rss, heapUsed: heap } = process.memoryUsage();
  const seconds = (performance.now() - since) / 1000;
  points.push({ of, count, seconds, rss, heap });
  const [mib, heapMib] = [rss, heap].map((bytes) => `${Math.round(bytes / MEBIBYTE)} MiB`.padStart(8));
  say(`${`${count} ${of}`.padEnd(20)} ${seconds.toFixed(1).padStart(6)} s   rss ${mib}   heap ${heapMib}`);
}

async function start(sfn: SFNClient, cloud: LocalCloud, id: string, input: object): Promise<string> {
  const stateMachineArn = cloud.resources[id]?.physicalId;
  const command = new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) });
  const { executionArn = '' } = await sfn.send(command);
  return executionArn;
}

async function statusOnceEnded(sfn: SFNClient, executionArn: string): Promise<string | undefined> {
  for (;;) {
    const { status } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (status !== 'RUNNING') return status;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function main(): Promise<void> {
  await using cloud = await startLocalCloud({ template, keepExecutions, iam: false });
  const { endpoint, region, credentials } = cloud;
  const sfn = new SFNClient({ endpoint, region, credentials });
  const s3 = new S3Client({ endpoint, region, credentials });
  say(`${executions} executions, ${keepExecutions} kept`);
  let since = performance.now();
  report('executions', 0, since);
  for (let done = 0; done < executions; ) {
    const until = Math.min(executions, done + Math.ceil(executions / STEPS));
    while (done < until) {
      const batch = Array.from({ length: Math.min(AT_A_TIME, until - done) }, (_, index) => done + index);
      await Promise.all(batch.map((n) => start(sfn, cloud, 'Small', { n })));
      done += batch.length;
    }
    report('executions', done, since);
  }
  const lines = Array.from({ length: executions }, (_, n) => JSON.stringify({ n }));
  await s3.send(new PutObjectCommand({ Bucket: 'bench-items', Key: 'items', Body: lines.join('\n') }));
  since = performance.now();
  const status = await statusOnceEnded(sfn, await start(sfn, cloud, 'Map', {}));
  if (status !== 'SUCCEEDED') throw new Error(`the map: ${status}`);
  report('children', executions, since);
  sfn.destroy();
  s3.destroy();
}

await main();
if (values.json) {
  console.log(JSON.stringify({ executions, kept: keepExecutions, points } satisfies MemoryResult));
}
