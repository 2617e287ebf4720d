// Expressions reach nothing but their values, and none of them holds up the others.

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { createEvaluator, sharedEvaluator } from '../../local/states/expressions/evaluator.ts';
import { workerProgram } from '../../local/worker-program.ts';
import { MACHINE_ARN } from './server.ts';
import { scenario } from './support.ts';

/** The value of an expression, or why it has none. */
async function evaluate(expression: string, input: unknown = {}): Promise<unknown> {
  const { values, failure } = await sharedEvaluator().evaluate({
    sources: [expression],
    bindings: JSON.stringify({ states: { input } }),
    now: 0,
    whileFalse: false,
  });
  return failure?.problem ?? JSON.parse(values)[0];
}

describe('code in the sandbox', () => {
  it('reaches neither the process nor code from text, and changes nothing that is shared', async () => {
    const program = await workerProgram(new URL('./lock-down-probe.ts', import.meta.url));
    const worker = new Worker(program, { env: {}, stdout: true, stderr: true });
    const [report] = await once(worker, 'message');
    await worker.terminate();
    expect(report).toEqual({
      reached: [],
      written: [],
      left: [],
      own: '{"constructor":1,"toString":2,"__proto__":3}',
    });
  });
});

describe('an expression does not get out by', () => {
  const NOTHING = 'returned nothing (undefined).';
  const FORGED = { _jsonata_lambda: true, arguments: [], body: { type: 'number', value: 7 } };

  it.each([
    ['a function\x27s constructor', '$sum.constructor', NOTHING],
    ['a lambda\x27s apply', '(function($x){ $x }).apply', NOTHING],
    ['a lambda\x27s environment', '(function($x){ $x }).environment', NOTHING],
    ['$lookup on a function', '$lookup(function($x){ $x }, "apply")', NOTHING],
    ['a list\x27s members', '[1].constructor', NOTHING],
    ['a text\x27s members', '"a".constructor', NOTHING],
    ['a prototype', '$states.input.__proto__', NOTHING],
    ['all members of a function', '$keys($sum)', NOTHING],
  ])('%s', async (_what, expression, problem) => {
    expect(await evaluate(expression)).toBe(problem);
  });

  it.each([
    ['a lambda written as an object', '{"_jsonata_lambda": true}', {}],
    ['a lambda that came as data', '$states.input()', FORGED],
    ['a lambda that came as data, called for each', '$map([1], $states.input)', FORGED],
    ['a function that came as data', '$states.input()', { _jsonata_function: true, implementation: 'x' }],
    ['a transformation that yields a function', '$states.input ~> |$|{"a": $sum}|', {}],
    ['evaluation of text', '$eval("1")', {}],
  ])('%s', async (_what, expression, input) => {
    expect(await evaluate(expression, input)).toMatch(/^(?:threw an error|returned an unsupported)/);
  });

  it.each([
    ['an object', '{"__proto__": {"polluted": 1}}'],
    ['$merge', '$merge([{"__proto__": {"polluted": 1}}])'],
    ['grouping', '[{"k": "__proto__"}]{k: {"polluted": 1}}'],
    ['a transformation', '{} ~> |$|{"__proto__": {"polluted": 1}}|'],
    ['a transformation of what it inherits', '{"a": 1} ~> |constructor.prototype|{"polluted": 1}|'],
  ])('a prototype written by %s', async (_what, expression) => {
    await evaluate(expression);
    expect(await evaluate('$exists($states.input.polluted) or $exists({}.polluted)')).toBe(false);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

describe('an expression that takes too long', () => {
  const RUNAWAYS = {
    regex: '$contains($states.input.text, /^(a+)+$/)',
    recursion: '($f := function($n){ $f($n + 1) }; $f(1))',
    'side by side': '{"a": $error("no"), "b": $contains($states.input.text, /^(a+)+$/)}',
  };
  const text = `${'a'.repeat(40)}!`;

  it('fails its state, while other executions go on', async () => {
    await using run = await scenario(
      {
        Which: {
          Type: 'Choice',
          Choices: Object.keys(RUNAWAYS).map((name) => ({
            Condition: `{% $states.input.run = '${name}' %}`,
            Next: name,
          })),
          Default: 'Other',
        },
        ...Object.fromEntries(
          Object.entries(RUNAWAYS).map(([name, expression]) => [
            name,
            { Type: 'Pass', Output: `{% ${expression} %}`, End: true },
          ]),
        ),
        Other: { Type: 'Pass', Output: '{% $states.input.text & "" %}', End: true },
      },
      {},
      {},
      { evaluator: createEvaluator({ limitMs: 1_500 }) },
    );
    const order: string[] = [];
    const outcomes = new Map<string, unknown>();
    const execute = async (name: string): Promise<void> => {
      const input = JSON.stringify({ run: name, text });
      const { executionArn } = await run.sfn.send(
        new StartExecutionCommand({ stateMachineArn: MACHINE_ARN, name: name.replaceAll(' ', '-'), input }),
      );
      for (;;) {
        const execution = await run.sfn.send(new DescribeExecutionCommand({ executionArn }));
        if (execution.status !== 'RUNNING') {
          order.push(name);
          outcomes.set(name, execution);
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    await Promise.all(['regex', 'recursion', 'other'].map(execute));
    expect(order[0]).toBe('other');
    await execute('side by side');
    expect(outcomes.get('other')).toMatchObject({ status: 'SUCCEEDED', output: JSON.stringify(text) });
    for (const name of Object.keys(RUNAWAYS)) {
      expect(outcomes.get(name)).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    }
    for (const name of ['regex', 'recursion']) {
      expect(outcomes.get(name)).toMatchObject({
        cause: expect.stringMatching(/ Expression evaluation timeout: Check for infinite loop$/),
      });
    }
  });
});

describe('a plain path, which needs no evaluation,', () => {
  const INPUT = {
    object: { list: [1], empty: [], none: null, nested: [[1, 2], [3]], zero: 0, no: false, text: '' },
    lists: [{ a: 1 }, { a: [2, 3] }],
    one: [{ a: 1 }],
    constructor: { prototype: 1 },
  };

  it.each([
    '$states.input',
    '$states.input.object.list',
    '$states.input.object.empty',
    '$states.input.object.none',
    '$states.input.object.none.more',
    '$states.input.object.nested',
    '$states.input.object.zero',
    '$states.input.object.no',
    '$states.input.object.text',
    '$states.input.object.text.length',
    '$states.input.object.missing',
    '$states.input.lists',
    '$states.input.lists.a',
    '$states.input.one.a',
    '$states.input.one',
    '$states.input.constructor.prototype',
    '$states.input.object.constructor',
    '$states.input.`object`.list',
    '$variable',
    '$variable.a',
    '$none',
    '$states.context.State.Name',
  ])('%s is what JSONata makes of it', async (path) => {
    const outcome = async (expression: string) => {
      await using run = await scenario({
        Set: { Type: 'Pass', Assign: { variable: [{ a: [7] }] }, Next: 'Show' },
        Show: { Type: 'Pass', Output: `{% ${expression} %}`, End: true },
      });
      const { output, error, cause } = await run.run(INPUT);
      return { output, error, cause: cause?.replace(expression, path) };
    };
    expect(await outcome(path)).toEqual(await outcome(`(${path})`));
  });
});

describe('an expression sees what it reads', () => {
  it.each<[expression: string, value: unknown]>([
    ['$keys($states.input)', ['a', 'b']],
    ['$keys($states)', ['context', 'input']],
    ['$states.input.b[c > 1].%.a', 1],
    ['$states.*.a', 1],
    ['$states.input@$s.($s.a)', 1],
    ['$states.input{"x": a}', { x: 1 }],
    ['$lookup($states, "input").a', 1],
    ['$states.input.b.c[$ = $variable.max]', 2],
    ['($states ~> function($s){ $s.input.a })', 1],
    ['$sum($states.input.b.c) + $variable.max + $states.input.a', 6],
  ])('%s', async (expression, value) => {
    await using run = await scenario({
      Set: { Type: 'Pass', Assign: { variable: { max: 2 } }, Next: 'Show' },
      Show: { Type: 'Pass', Output: `{% ${expression} %}`, End: true },
    });
    const { output } = await run.run({ a: 1, b: [{ c: 1 }, { c: 2 }] });
    const shown = JSON.parse(output ?? 'null');
    expect(Array.isArray(shown) ? shown.toSorted() : shown).toEqual(value);
  });
});
