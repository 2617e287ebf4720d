// The check of a whole store after its cells: a sweep takes what runs left to it, and then nothing is amiss.

import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { fsck } from '../../audit/index.ts';
import type { Stand } from './stand.ts';

/** From then on no run of the cells can be redriven, so that what they left may be taken: longer than 14 days and one. */
const NOT_REDRIVABLE_MS = 17 * 24 * 60 * 60_000;

/** What a sweep leaves though no item points at it, and what a check finds that a reader would meet, in words. */
export async function unsoundness(stand: Stand): Promise<string[]> {
  const found = await swept(stand);
  const { descriptor: store, sfn, s3, dynamodb } = stand;
  await fsck(
    { store, sfn, s3, dynamodb },
    {
      onFinding: (finding) => {
        if (finding.kind === 'dangling' || finding.kind === 'wrong-content') {
          found.push(`${finding.kind}: ${JSON.stringify(finding.item)} ${finding.attribute}`);
        }
        if (finding.kind === 'orphan' || finding.kind === 'held') {
          found.push(`left by a sweep: ${finding.objectKey}`);
        }
      },
    },
  );
  return found;
}

async function swept(stand: Stand): Promise<string[]> {
  stand.cloud.clock.advance(NOT_REDRIVABLE_MS);
  const { executionArn = '' } = await stand.sfn.send(
    new StartExecutionCommand({
      stateMachineArn: stand.descriptor.sweep?.stateMachine,
      name: 'sweep-after-all',
      input: JSON.stringify({ dryRun: false }),
    }),
  );
  const { status, error, cause } = await stand.end(executionArn);
  return status === 'SUCCEEDED' ? [] : [`the sweep: ${status} ${error} ${cause}`];
}
