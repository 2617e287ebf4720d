// Why an execution ends without its write.

import { PLAN_ERRORS, PUT_ERRORS } from './errors.ts';

/** Reasons that the state machines add to those of the tasks. */
export const MACHINE_REASONS = ['PlanFailed', 'PutFailed', 'InputTooLarge'] as const;

/** Why an execution ended in `Rejected` or `RolledBack`. */
export const FAILURE_REASONS = [
  ...PLAN_ERRORS,
  ...PUT_ERRORS,
  'ConditionFailed',
  'WriteRefused',
  'NotWritten',
  ...MACHINE_REASONS,
] as const;
/** One of {@link FAILURE_REASONS}. */
export type FailureReason = (typeof FAILURE_REASONS)[number];
