// Quotas of workflows, from "Step Functions service quotas" in the Developer Guide.

/** Bytes of the input or output of an execution, a state or a task; also of one variable and of one Assign. */
export const MAX_DATA_BYTES = 262_144;
/** Bytes of all variables of an execution. */
export const MAX_VARIABLES_BYTES = 10 * 1024 * 1024;
/** Objects and arrays within each other, in inputs and definitions: what everything here can walk. */
export const MAX_JSON_LEVELS = 500;
export const MAX_DEFINITION_BYTES = 1_048_576;
/** The last of these events ends the execution. */
export const MAX_HISTORY_EVENTS = 25_000;
/** Iterations of an inline Map that run at the same time. */
export const MAX_INLINE_CONCURRENCY = 40;
/** Child executions of a Distributed Map that run at the same time: 10,000 on AWS, here what one process can hold. */
export const MAX_CHILD_EXECUTIONS = 1_000;
export const MAX_TIMEOUT_SECONDS = 99_999_999;
/** An Express workflow runs no longer. */
export const MAX_EXPRESS_SECONDS = 300;
/** A closed execution can be redriven for 14 days. */
export const REDRIVE_PERIOD_MS = 14 * 24 * 3_600_000;
/** A closed execution, and its claim on its name, is kept for 90 days. */
export const RETENTION_MS = 90 * 24 * 3_600_000;
/** How many clientTokens of redrives are remembered, and for how long. */
export const REDRIVE_TOKENS = 10;
export const REDRIVE_TOKEN_MS = 15 * 60_000;
