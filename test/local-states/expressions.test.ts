import { describe, expect, it } from 'vitest';
import { scenario } from './support.ts';

const evaluate = async (expression: string, input: unknown = {}) => {
  await using run = await scenario({
    Show: { Type: 'Pass', Output: { value: `{% ${expression} %}` }, End: true },
  });
  const { output, error, cause } = await run.run(input);
  if (error !== undefined) return { error, cause };
  return (JSON.parse(output ?? '') as { value: unknown }).value;
};

const complaint = (expression: string, text: string) => ({
  error: 'States.QueryEvaluationError',
  cause: `An error occurred while executing the state 'Show' (entered at the event id #2). The JSONata expression '${expression}' specified for the field 'Output/value' ${text}`,
});

describe('an expression yields plain JSON', () => {
  it.each<[what: string, expression: string, value: unknown]>([
    ['one match collapses to the match', '$states.input.list[n = 1]', { n: 1, a: 'x' }],
    ['one match stays a list in brackets', '[$states.input.list[n = 1]]', [{ n: 1, a: 'x' }]],
    ['one match stays a list with []', '$states.input.list[n = 1][]', [{ n: 1, a: 'x' }]],
    ['several matches are a list', '$states.input.list.n', [1, 2]],
    ['an empty list written out', '[]', []],
    ['null', 'null', null],
    ['negative zero', '-0', 0],
    ['a division by zero', '1/0', 'Infinity'],
    ['an infinite member', '{"a": [1/0]}', { a: ['Infinity'] }],
    ['an object whose member has no value', '{"a": 1, "b": $states.input.none}', { a: 1 }],
    ['a regular expression at work', '$replace("a-b", /-/, "+")', 'a+b'],
  ])('%s', async (_what, expression, value) => {
    expect(await evaluate(expression, { list: [{ n: 1, a: 'x' }, { n: 2 }] })).toEqual(value);
  });
});

describe('an expression fails', () => {
  it.each([
    ['$eval("1")', 'threw an error during evaluation. T1006: Attempted to invoke a non-function'],
    ['$states.input.none', 'returned nothing (undefined).'],
    ['$states.result', 'returned nothing (undefined).'],
    ['$sum', 'returned an unsupported result type.'],
    ['{"f": function($x){ $x }}', 'returned an unsupported result type.'],
    [
      '$sum("a" & 1)',
      'threw an error during evaluation. T0412: Argument 1 of function "sum" must be an array of "numbers"',
    ],
    ['$error("no")', 'threw an error during evaluation. D3137: no'],
    [
      '($f := function($n){ 1 + $f($n + 1) }; $f(1))',
      'threw an error during evaluation: Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive.',
    ],
  ])('%s', async (expression, text) => {
    expect(await evaluate(expression)).toEqual(complaint(expression, text));
  });
});

describe('the functions of Step Functions', () => {
  it.each<[expression: string, value: unknown]>([
    ['$partition([1,2,3,4,5], 2)', [[1, 2], [3, 4], [5]]],
    ['$range(1, 10, 4)', [1, 5, 9]],
    ['$range(3, 1, -1)', [3, 2, 1]],
    ['$range(5, 5, 1)', 5],
    ['$hash("a", "SHA-1")', '86f7e437faa5a7fce15d1ddcb9eaeaea377667b8'],
    ['$parse("{\\"a\\":[1]}")', { a: [1] }],
    ['$random(7) = $random(7)', true],
    ['$random() < 1 and $random() >= 0', true],
    ['$uuid() != $uuid()', true],
    ['$length($uuid())', 36],
    ['$now()', '2026-01-01T00:00:00.000Z'],
    ['$now("[Y]/[M01]", "+0100")', '2026/01'],
    ['$millis()', Date.parse('2026-01-01T00:00:00Z')],
  ])('%s', async (expression, value) => {
    expect(await evaluate(expression)).toEqual(value);
  });

  it.each([
    '$partition([1], 0)',
    '$range(1, 2, 0)',
    '$range(1, 5000, 1)',
    '$hash("a", "CRC")',
    '$parse("{")',
    '$partition([1], "a")',
  ])('%s is refused', async (expression) => {
    expect(await evaluate(expression)).toMatchObject({ error: 'States.QueryEvaluationError' });
  });

  it('take the time of the cloud', async () => {
    await using run = await scenario({
      Rest: { Type: 'Wait', Seconds: 90, Next: 'Show' },
      Show: { Type: 'Pass', Output: '{% $now() %}', End: true },
    });
    expect(await run.run()).toMatchObject({ output: '"2026-01-01T00:01:30.000Z"' });
  });
});

describe('operators that JSONata got after 2.0.6, the version of Step Functions,', () => {
  it.each([
    ['$states.input.a ?? 1', 'The symbol "?" cannot be used as a unary operator'],
    ['{"a": [$states.input.a ?: 1]}', 'The symbol ":" cannot be used as a unary operator'],
  ])('%s is refused', async (expression, problem) => {
    await expect(evaluate(expression)).rejects.toThrow(`INVALID_JSONATA_EXPRESSION: ${problem}`);
  });

  it('are no operators in texts, or spread over conditions', async () => {
    expect(await evaluate('"??" & "?:" & (true ?"a":"b") & (true ? "c" : "d")')).toBe('???:ac');
  });
});

describe('the context object', () => {
  it('has what AWS documents', async () => {
    expect(await evaluate('$states.context', { a: 1 })).toEqual({
      Execution: {
        Id: 'arn:aws:states:us-east-1:111111111111:execution:sm:exec',
        Input: { a: 1 },
        Name: 'exec',
        RoleArn: 'arn:aws:iam::111111111111:role/states',
        StartTime: '2026-01-01T00:00:00.000Z',
        RedriveCount: 0,
      },
      State: { EnteredTime: '2026-01-01T00:00:00.000Z', Name: 'Show' },
      StateMachine: { Id: 'arn:aws:states:us-east-1:111111111111:stateMachine:sm', Name: 'sm' },
    });
  });
});

describe('fields that must be of a type', () => {
  it.each([
    [
      'Choices[0]/Condition',
      { Type: 'Choice', Choices: [{ Condition: '{% 1 %}', Next: 'Done' }], Default: 'Done' },
      'boolean',
      '1',
    ],
    ['Seconds', { Type: 'Wait', Seconds: '{% "1" %}', Next: 'Done' }, 'number', '"1"'],
    ['Timestamp', { Type: 'Wait', Timestamp: '{% 1 %}', Next: 'Done' }, 'string', '1'],
  ])('%s', async (field, state, expected, value) => {
    await using run = await scenario({ Ask: state, Done: { Type: 'Succeed' } });
    const { error, cause } = await run.run();
    expect(error).toBe('States.QueryEvaluationError');
    expect(cause).toContain(
      `specified for the field '${field}' returned an unexpected result type. Expected '${expected}'`,
    );
    expect(cause).toContain(`for value: ${value}`);
  });

  it('Error and Cause', async () => {
    await using run = await scenario({ No: { Type: 'Fail', Error: '{% 1 %}' } });
    expect((await run.run()).cause).toContain("Expected 'string', but was 'number' for value: 1");
  });
});
