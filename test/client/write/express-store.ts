// A store with an Express lane, whose synchronous executions answer as a test says.

import { StartSyncExecutionCommand, type StartSyncExecutionInput } from '@aws-sdk/client-sfn';
import type { StoreDescriptor } from '../../../client/index.ts';
import { output, sfn, store } from '../mocks.ts';

const machine = (name: string) => store.stateMachines.create.replace(/Create$/, name);

export const expressStore: StoreDescriptor = {
  ...store,
  express: {
    stateMachines: {
      create: machine('CreateExpress'),
      update: machine('UpdateExpress'),
      delete: machine('DeleteExpress'),
    },
    logGroup: '/twinwrite/express',
  },
};

export const ID = '01K0000000000000000000000X';
/** An Express run of that id, as object keys and `_saga` name it. */
export const runText = `update.x.${ID}.0123456789ab.20261129T020000000Z`;

/** As Step Functions names an execution that is started under a name. */
export function expressArn(name = ''): string {
  return `arn:aws:states:eu-central-1:111122223333:express:Express:${name}:11111111-2222-3333-4444-555555555555`;
}

/** A failed run, with its cause as JSON text. */
export function fails(error: string, cause: object): { status: 'FAILED'; error: string; cause: string } {
  return { status: 'FAILED', error, cause: JSON.stringify(cause) };
}

/** Answers to the calls in turn, the last of them to all that follow: by default success. */
export function syncAnswers(...answers: object[]): void {
  let call = 0;
  sfn.on(StartSyncExecutionCommand).callsFake(({ name }: StartSyncExecutionInput) => {
    const answer = answers[Math.min(call++, answers.length - 1)];
    return { executionArn: expressArn(name), status: 'SUCCEEDED', output: JSON.stringify(output), ...answer };
  });
}

/** What synchronous executions were started with. */
export function calls(): StartSyncExecutionInput[] {
  return sfn.commandCalls(StartSyncExecutionCommand).map(({ args: [{ input }] }) => input);
}
