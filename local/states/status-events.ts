// What Step Functions tells the event bus of executions.
// https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html

import type { Execution } from './execution.ts';

/** The event of an execution's present status. Data of over 248 KB are left out, as AWS does. */
export function statusEvent(execution: Execution) {
  const { arn, revision, name, status, startedAt, stoppedAt, inputText, output, error, cause } = execution;
  const outputText = output === undefined ? undefined : JSON.stringify(output);
  const fits = Buffer.byteLength(inputText) + Buffer.byteLength(outputText ?? '') <= MAX_DATA_BYTES;
  return {
    source: 'aws.states',
    'detail-type': 'Step Functions Execution Status Change',
    resources: [arn],
    detail: {
      executionArn: arn,
      stateMachineArn: revision.arn,
      name,
      status,
      startDate: startedAt,
      stopDate: status === 'RUNNING' ? null : (stoppedAt ?? null),
      input: fits ? inputText : null,
      inputDetails: { included: fits },
      output: fits ? (outputText ?? null) : null,
      outputDetails: outputText === undefined ? null : { included: fits },
      error: error ?? null,
      cause: cause ?? null,
    },
  };
}

const MAX_DATA_BYTES = 248 * 1024;
