// The rules that HAZARDS, part B, leaves out one at a time, each as what makes a mutant of the product lack it.

import type { Mutation } from './mutants.ts';

const PUT_STATES = 'States.PutObjects.ItemProcessor.States';

export const OWN_UNUSED_OBJECTS_GO: readonly Mutation[] = [
  { task: 'plan', file: 'core/saga/plan.ts', from: '[...unused, ', to: '[' },
];

export const FAILED_REPLAN_COMPENSATES: readonly Mutation[] = (['Create', 'Update'] as const).map(
  (machine) => ({
    machine,
    path: 'States.AnythingPut?.Choices.1.Next',
    from: 'DeleteCreatedObjects',
    to: 'Rejected',
  }),
);

export const CREATED_BY_IN_CONDITION: readonly Mutation[] = [
  {
    task: 'write-item',
    file: 'core/saga/write.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a text of the source
    from: "        `${saga()}.${terms.name('createdBy')} = ${terms.value({ S: expected.createdBy })}`,\n",
    to: '',
  },
];

/** Without it the SDK makes one up for each attempt. */
export const SAME_TOKEN: readonly Mutation[] = [
  {
    task: 'write-item',
    file: 'lambdas/write-item.ts',
    from: 'TransactWriteItemsCommand({ ClientRequestToken, ',
    to: 'TransactWriteItemsCommand({ ',
  },
];

export const PAUSE_BEFORE_RETRY: readonly Mutation[] = [
  { machine: 'Create', path: 'States.WriteItem.Retry.1.IntervalSeconds', from: 15, to: 1 },
];

export const PAUSE_AFTER_REDRIVE: readonly Mutation[] = [
  { task: 'write-item', file: 'core/saga/outcome.ts', from: 'if (redriven && ', to: 'if (false && ' },
];

/** One pause outlasts a request, two the function that makes it. */
export const SECOND_PAUSE_AFTER_REDRIVE: readonly Mutation[] = [
  {
    task: 'write-item',
    file: 'core/saga/waits.ts',
    from: 'PAUSES_AFTER_REDRIVE = 2;',
    to: 'PAUSES_AFTER_REDRIVE = 1;',
  },
];

/** Both halves go: as long as a retry in doubt is never sooner than a request's life, either keeps the rule alone. */
export const MEMORY_OF_DOUBT: readonly Mutation[] = [
  {
    task: 'write-item',
    file: 'core/saga/outcome.ts',
    from: 'inDoubt: !first || now - startedAt >= WRITE_PAUSE_SECONDS * 1000',
    to: 'inDoubt: false',
  },
];

export const MEMORY_ACROSS_REDRIVE: readonly Mutation[] = [
  {
    machine: 'Create',
    path: 'States.WriteItem.Arguments.Payload.redriven',
    from: '{% $exists($states.context.Execution.RedriveCount) and $states.context.Execution.RedriveCount > $redrivesBefore %}',
    to: false,
  },
];

export const REFERENCED_OBJECTS_STAY: readonly Mutation[] = [
  {
    task: 'delete-objects',
    file: 'lambdas/delete-objects.ts',
    from: 'item === undefined ? new Set<string>() : referencedKeys(item, store)',
    to: 'new Set<string>()',
  },
];

export const COMPENSATION_DELETES: readonly Mutation[] = [
  {
    task: 'delete-objects',
    file: 'lambdas/delete-objects.ts',
    from: '  for (const [bucket, keys] of byBucket(doomed)) await deleteAll(s3, bucket, keys);\n',
    to: '',
  },
];

/** Without it a delete whose condition fails takes the item for gone. */
export const DELETE_PLANS_AGAIN: readonly Mutation[] = [
  { machine: 'Delete', path: 'States.PauseBeforeReplan.Next', from: 'Plan', to: 'DeleteReplacedObjects' },
];

/** Without it the first put that fails ends the Map; whether others are in doubt nobody knows, so nobody waits. */
export const PUTS_END_BY_THEMSELVES: readonly Mutation[] = [
  { machine: 'Create', path: `${PUT_STATES}.PutFailed.Type`, from: 'Pass', to: 'Fail' },
  { machine: 'Create', path: `${PUT_STATES}.PutFailed.End`, from: true, to: undefined },
  {
    machine: 'Create',
    path: 'States.PutObjects.Catch',
    from: undefined,
    to: [
      {
        ErrorEquals: ['States.ALL'],
        Assign: {
          failure: {
            name: 'PutRefused',
            cause: '{"message": "refused", "attribute": "page", "code": "403"}',
          },
        },
        Next: 'DeleteCreatedObjects',
      },
    ],
  },
];

export const PUTS_SETTLE: readonly Mutation[] = [
  {
    machine: 'Create',
    path: 'States.WriteItem.Arguments.Payload.puts.secondsToSettle',
    from: '{% $secondsToSettle %}',
    to: 0,
  },
];

const SECONDS_TO_SETTLE =
  '{% ($redriven := $states.context.Execution.RedriveCount > $redrivesAtPlan; $slow := $toMillis($now()) - $toMillis($plannedAt) >= 60000; $max($append(0, $map($states.result[inDoubt], function($put) { $put.staged and ($redriven or $put.lost or $slow) ? 1230 : $redriven or $put.lost ? 90 : 15 })))) %}';

/** Without it the pause outlasts a request, but not the function that makes it. */
export const LONG_PAUSE_AFTER_REDRIVE: readonly Mutation[] = [
  {
    machine: 'Create',
    path: 'States.PutObjects.Assign.secondsToSettle',
    from: SECONDS_TO_SETTLE,
    to: '{% true in $states.result.inDoubt ? 15 : 0 %}',
  },
];

/** Without it a sweep takes every run for ended. */
export const RUN_IS_ASKED: readonly Mutation[] = [
  {
    task: 'find-orphans',
    file: 'core/sweep/sweep.ts',
    from: "hasEndedForGood(run, description, now) ? 'ended' : 'goingOn'",
    to: "'ended'",
  },
];

/** Without it a sweep takes every object for old enough. */
export const GRACE: readonly Mutation[] = [
  {
    task: 'find-orphans',
    file: 'core/sweep/sweep.ts',
    from: 'unreferenced.filter((object) => youngestAge(object) <= cutoff)',
    to: 'unreferenced',
  },
];
