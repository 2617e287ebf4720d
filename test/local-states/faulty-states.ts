// States of definitions that are refused, each with one fault.

import { invoke } from './support.ts';

export const pass = (fields: Record<string, unknown> = {}) => ({ Type: 'Pass', End: true, ...fields });
export const end = pass();
const inline = { ProcessorConfig: { Mode: 'INLINE' }, StartAt: 'In', States: { In: end } };

const STANDARD = { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' };
const distributed = (fields: object, ProcessorConfig: object = STANDARD, States: object = { In: end }) => ({
  Type: 'Map',
  ItemProcessor: { ProcessorConfig, StartAt: Object.keys(States)[0], States },
  End: true,
  ...fields,
});
const getObject = (ReaderConfig: object) => ({
  Resource: 'arn:aws:states:::s3:getObject',
  Arguments: { Bucket: 'b', Key: 'k' },
  ReaderConfig,
});

/** Each has one fault; the refusal names its code, what is wrong, and the state and field. */
export const FAULTS: readonly [fault: string, states: Record<string, unknown>, refusal: string][] = [
  [
    'an unknown type',
    { A: { Type: 'Sleep', End: true } },
    'SCHEMA_VALIDATION_FAILED: Value is not valid: Sleep',
  ],
  ['no type', { A: { End: true } }, 'These fields are required: [Type] at /States/A'],
  ['an unknown field', { A: pass({ Outputs: 1 }) }, "Field 'Outputs' is not supported at /States/A"],
  [
    'a field of another type',
    { A: pass({ TimeoutSeconds: 1 }) },
    "Field 'TimeoutSeconds' is not supported at /States/A",
  ],
  [
    'neither Next nor End',
    { A: { Type: 'Pass' }, B: end },
    "One of 'Next' or 'End' is required at /States/A",
  ],
  [
    'both Next and End',
    { A: pass({ Next: 'B' }), B: end },
    "Only one of 'Next' or 'End' is required at /States/A",
  ],
  [
    'a Next to nowhere',
    { A: { Type: 'Pass', Next: 'C' }, B: end },
    "MISSING_TRANSITION_TARGET: Missing 'Next' target: C at /States/A/Next",
  ],
  [
    'a state that nothing leads to',
    { A: end, B: end },
    'MISSING_TRANSITION_TARGET: State "B" is not reachable. at /States/B',
  ],
  ['no end', { A: { Type: 'Pass', Next: 'A' } }, 'MISSING_END_STATE: Workflow has no terminal state at null'],
  [
    'a Default to nowhere',
    { A: { Type: 'Choice', Choices: [{ Condition: true, Next: 'B' }], Default: 'C' }, B: end },
    "Missing 'Next' target: C at /States/A/Default",
  ],
  [
    'no Choices',
    { A: { Type: 'Choice', Default: 'B' }, B: end },
    'These fields are required: [Choices] at /States/A',
  ],
  [
    'empty Choices',
    { A: { Type: 'Choice', Choices: [], Default: 'B' }, B: end },
    'Expected at least 1 item, but got 0 at /States/A/Choices',
  ],
  [
    'a rule without a condition',
    { A: { Type: 'Choice', Choices: [{ Next: 'B' }] }, B: end },
    'These fields are required: [Condition] at /States/A/Choices[0]',
  ],
  [
    'a condition that is no boolean',
    { A: { Type: 'Choice', Choices: [{ Condition: 'yes', Next: 'B' }] }, B: end },
    'Expected value of type Boolean at /States/A/Choices[0]/Condition',
  ],
  [
    'a JSONPath rule',
    { A: { Type: 'Choice', Choices: [{ Variable: '$.a', BooleanEquals: true, Next: 'B' }] }, B: end },
    "Field 'Variable' is not supported at /States/A/Choices[0]",
  ],
  [
    'a Wait of both kinds',
    { A: { Type: 'Wait', Seconds: 1, Timestamp: '2026-01-01T00:00:00Z', End: true } },
    "Exactly one of 'Seconds' and 'Timestamp' is required at /States/A",
  ],
  [
    'negative seconds',
    { A: { Type: 'Wait', Seconds: -1, End: true } },
    'Expected integer between 0 and 99999999, but got -1 at /States/A/Seconds',
  ],
  [
    'an impossible date',
    { A: { Type: 'Wait', Timestamp: '2026-02-30T00:00:00Z', End: true } },
    'String does not match RFC3339 timestamp at /States/A/Timestamp',
  ],
  [
    'a JSONPath field',
    { A: pass({ ResultPath: '$.a' }) },
    "Field 'ResultPath' is not supported when 'QueryLanguage' is JSONata at /States/A/ResultPath",
  ],
  [
    'a JSONPath state',
    { A: pass({ QueryLanguage: 'JSONPath', ResultPath: '$.a' }) },
    "'SCHEMA_VALIDATION_FAILED: 'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine at /States/A'",
  ],
  [
    'a syntax error',
    { A: pass({ Output: { x: ['{% 1 + %}'] } }) },
    'INVALID_JSONATA_EXPRESSION: Unexpected end of expression at /States/A/Output/x[0]',
  ],
  [
    'an expression that does not end',
    { A: pass({ Output: '{% 1' }) },
    "INVALID_JSONATA_EXPRESSION: The expression does not end with '%}' at /States/A/Output",
  ],
  [
    'a name at the top level',
    { A: pass({ Output: '{% phone %}' }) },
    "UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'phone' at the top level is not supported. at /States/A/Output",
  ],
  [
    'the context at the top level',
    { A: pass({ Output: '{% $ %}' }) },
    "Reference to '$' at the top level is not supported. at /States/A/Output",
  ],
  [
    'the whole input document',
    { A: pass({ Output: '{% $states.input[$$.a] %}' }) },
    "Reference to '$$' at the top level is not supported. at /States/A/Output",
  ],
  [
    'the error output outside of a catcher',
    { A: pass({ Output: '{% $states.errorOutput %}' }) },
    "Reference to '$states.errorOutput' is only supported",
  ],
  [
    'a variable that is no name',
    { A: pass({ Assign: { '1a': 1 } }) },
    "'1a' is not a valid variable name at /States/A/Assign/1a",
  ],
  [
    'the reserved variable',
    { A: pass({ Assign: { states: 1 } }) },
    "'states' is not a valid variable name at /States/A/Assign/states",
  ],
  ['no Resource', { A: { Type: 'Task', End: true } }, 'These fields are required: [Resource] at /States/A'],
  [
    'a job to wait for',
    { A: { Type: 'Task', Resource: 'arn:aws:states:::ecs:runTask.sync', End: true } },
    'NOT_SUPPORTED_LOCALLY: The job pattern (.sync) of this service is not supported by the local cloud',
  ],
  [
    'a callback',
    { A: { Type: 'Task', Resource: 'arn:aws:states:::ecs:runTask.waitForTaskToken', End: true } },
    'The callback pattern (.waitForTaskToken) of this service is not supported by the local cloud',
  ],
  [
    'an activity',
    { A: { Type: 'Task', Resource: 'arn:aws:states:us-east-1:111111111111:activity:a', End: true } },
    'Activities are not supported by the local cloud',
  ],
  [
    'an unknown service',
    { A: { Type: 'Task', Resource: 'arn:aws:states:::sns:publish', End: true } },
    'The service integration sns:publish is not supported by the local cloud at /States/A/Resource',
  ],
  [
    'no function name',
    { A: invoke('f', { Arguments: { Payload: 1 }, End: true }) },
    "The field 'FunctionName' is required but was missing at /States/A/Arguments",
  ],
  [
    'an unknown argument',
    { A: invoke('f', { Arguments: { FunctionName: 'f', Body: 1 }, End: true }) },
    "The field 'Body' is not supported by Step Functions at /States/A/Arguments",
  ],
  [
    'a role of another account',
    { A: invoke('f', { Credentials: {}, End: true }) },
    'Cross-account access (Credentials) is not supported by the local cloud at /States/A/Credentials',
  ],
  [
    'a time limit of 0',
    { A: invoke('f', { TimeoutSeconds: 0, End: true }) },
    'but got 0 at /States/A/TimeoutSeconds',
  ],
  [
    'a retrier without errors',
    { A: invoke('f', { Retry: [{ MaxAttempts: 1 }], End: true }) },
    'These fields are required: [ErrorEquals] at /States/A/Retry[0]',
  ],
  [
    'an unknown jitter',
    { A: invoke('f', { Retry: [{ ErrorEquals: ['E'], JitterStrategy: 'SOME' }], End: true }) },
    'Value is not valid: SOME. Expected one of: [NONE, FULL] at /States/A/Retry[0]/JitterStrategy',
  ],
  [
    'a shrinking pause',
    { A: invoke('f', { Retry: [{ ErrorEquals: ['E'], BackoffRate: 0.5 }], End: true }) },
    'at /States/A/Retry[0]/BackoffRate',
  ],
  [
    'States.ALL in company',
    { A: invoke('f', { Retry: [{ ErrorEquals: ['States.ALL', 'E'] }], End: true }) },
    'States.ALL must be the only error name at /States/A/Retry[0]/ErrorEquals',
  ],
  [
    'States.ALL not last',
    {
      A: invoke('f', {
        Catch: [
          { ErrorEquals: ['States.ALL'], Next: 'B' },
          { ErrorEquals: ['E'], Next: 'B' },
        ],
        End: true,
      }),
      B: end,
    },
    'States.ALL must be in the last entry at /States/A/Catch[0]/ErrorEquals',
  ],
  [
    'a catcher to nowhere',
    { A: invoke('f', { Catch: [{ ErrorEquals: ['E'], Next: 'C' }], End: true }) },
    "Missing 'Next' target: C at /States/A/Catch[0]/Next",
  ],
  [
    'a ResultPath in a catcher',
    { A: invoke('f', { Catch: [{ ErrorEquals: ['E'], Next: 'B', ResultPath: '$.e' }], End: true }), B: end },
    "Field 'ResultPath' is not supported at /States/A/Catch[0]",
  ],
  ['a Catch where none is', { A: pass({ Catch: [] }) }, "Field 'Catch' is not supported at /States/A"],
  [
    'no branches',
    { A: { Type: 'Parallel', Branches: [], End: true } },
    'Expected at least 1 item, but got 0 at /States/A/Branches',
  ],
  [
    'a fault in a branch',
    { A: { Type: 'Parallel', Branches: [{ StartAt: 'X', States: { B: end } }], End: true } },
    "Missing 'Next' target: X at /States/A/Branches[0]/StartAt",
  ],
  [
    'a way out of a branch',
    {
      A: {
        Type: 'Parallel',
        Branches: [{ StartAt: 'B', States: { B: { Type: 'Pass', Next: 'C' } } }],
        Next: 'C',
      },
      C: end,
    },
    "Missing 'Next' target: C at /States/A/Branches[0]/States/B/Next",
  ],
  [
    'a name used twice',
    { A: { Type: 'Parallel', Branches: [{ StartAt: 'A', States: { A: end } }], End: true } },
    'DUPLICATE_STATE_NAME: Duplicate State name: A',
  ],
  [
    'no processor',
    { A: { Type: 'Map', End: true } },
    'These fields are required: [ItemProcessor] at /States/A',
  ],
  [
    'an item reader of an inline Map',
    { A: { Type: 'Map', ItemProcessor: inline, ItemReader: {}, End: true } },
    "Field 'ItemReader' is only supported in 'DISTRIBUTED' mode at /States/A/ItemReader",
  ],
  [
    'a distributed Map without the type of its executions',
    { A: distributed({}, { Mode: 'DISTRIBUTED' }) },
    'These fields are required: [ExecutionType] at /States/A/ItemProcessor/ProcessorConfig',
  ],
  [
    'a Distributed Map inside Express executions',
    {
      A: distributed(
        {},
        { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
        { In: distributed({ Label: 'b' }, STANDARD, { Innermost: end }) },
      ),
    },
    "Express state machine does not support 'DISTRIBUTED' mode at /States/A/ItemProcessor/States/In/ItemProcessor/ProcessorConfig/Mode",
  ],
  ['an empty label', { A: distributed({ Label: '' }) }, 'Label cannot be empty at /States/A/Label'],
  [
    'a long label',
    { A: distributed({ Label: 'x'.repeat(41) }) },
    'Label cannot exceed 40 characters at /States/A/Label',
  ],
  [
    'a label with a blank',
    { A: distributed({ Label: 'a b' }) },
    "Label contains invalid character: ' ' at /States/A/Label",
  ],
  [
    'a label used twice',
    {
      A: { ...distributed({ Label: 'L' }), End: undefined, Next: 'B' },
      B: distributed({ Label: 'L' }, STANDARD, { InB: end }),
    },
    'Duplicate Label: L at /States/B/Label',
  ],
  [
    'a reader of another service',
    {
      A: distributed({ ItemReader: { Resource: 'arn:aws:states:::athena:getQueryResults', Arguments: {} } }),
    },
    "ItemReader of 'arn:aws:states:::athena:getQueryResults' is not supported by the local cloud at /States/A/ItemReader/Resource",
  ],
  [
    'items of two sources',
    { A: distributed({ Items: [], ItemReader: getObject({ InputType: 'JSON' }) }) },
    "'Items' beside 'ItemReader' is not supported by the local cloud at /States/A/Items",
  ],
  [
    'Parquet',
    { A: distributed({ ItemReader: getObject({ InputType: 'PARQUET' }) }) },
    "InputType 'PARQUET' is not supported by the local cloud at /States/A/ItemReader/ReaderConfig/InputType",
  ],
  [
    'a manifest of Athena',
    { A: distributed({ ItemReader: getObject({ ManifestType: 'ATHENA_DATA', InputType: 'CSV' }) }) },
    "ManifestType 'ATHENA_DATA' is not supported by the local cloud at /States/A/ItemReader/ReaderConfig/ManifestType",
  ],
  [
    'an inventory in a format of its own',
    { A: distributed({ ItemReader: getObject({ ManifestType: 'S3_INVENTORY', InputType: 'CSV' }) }) },
    "Field 'InputType' cannot stand beside 'ManifestType': 'S3_INVENTORY' at /States/A/ItemReader/ReaderConfig/InputType",
  ],
  [
    'a reader that does not say what it reads',
    { A: distributed({ ItemReader: { Resource: 'arn:aws:states:::s3:getObject', Arguments: {} } }) },
    'These fields are required: [ReaderConfig] at /States/A/ItemReader',
  ],
  [
    'CSV without the place of its headers',
    { A: distributed({ ItemReader: getObject({ InputType: 'CSV' }) }) },
    'These fields are required: [CSVHeaderLocation] at /States/A/ItemReader/ReaderConfig',
  ],
  [
    'CSV with headers to be given',
    { A: distributed({ ItemReader: getObject({ InputType: 'CSV', CSVHeaderLocation: 'GIVEN' }) }) },
    'Expected a list of names at /States/A/ItemReader/ReaderConfig/CSVHeaders',
  ],
  [
    'a batcher without a bound',
    { A: distributed({ ItemBatcher: { BatchInput: 1 } }) },
    "One of 'MaxItemsPerBatch' and 'MaxInputBytesPerBatch' is required at /States/A/ItemBatcher",
  ],
  [
    'a batch larger than an input',
    { A: distributed({ ItemBatcher: { MaxInputBytesPerBatch: 262145 } }) },
    'at /States/A/ItemBatcher/MaxInputBytesPerBatch',
  ],
  [
    'an empty writer',
    { A: distributed({ ResultWriter: {} }) },
    'These fields are required: [WriterConfig] at /States/A/ResultWriter',
  ],
  [
    'a writer without a bucket',
    { A: distributed({ ResultWriter: { Resource: 'arn:aws:states:::s3:putObject' } }) },
    'These fields are required: [Arguments] at /States/A/ResultWriter',
  ],
  [
    'lines as the result of a state',
    { A: distributed({ ResultWriter: { WriterConfig: { Transformation: 'NONE', OutputType: 'JSONL' } } }) },
    "OutputType 'JSONL' without a Resource is not supported by the local cloud at /States/A/ResultWriter/WriterConfig/OutputType",
  ],
  [
    'items that are no list',
    { A: { Type: 'Map', Items: { a: 1 }, ItemProcessor: inline, End: true } },
    'Expected value of type Array at /States/A/Items',
  ],
  [
    'an inner variable named as one that was assigned before',
    {
      Start: { Type: 'Pass', Assign: { v: 1 }, Next: 'A' },
      A: {
        Type: 'Map',
        ItemProcessor: { StartAt: 'In', States: { In: pass({ Assign: { v: 2 } }) } },
        End: true,
      },
    },
    "Variable 'v' is already assigned in an outer scope at /States/A/ItemProcessor/States/In/Assign/v",
  ],
];
