import {
  CreateStateMachineCommand,
  DescribeStateMachineCommand,
  type InvalidDefinition,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServiceError } from '../../local/service.ts';
import { createManualClock } from './clocks.ts';
import { end, FAULTS, pass } from './faulty-states.ts';
import { MACHINE_ARN, ROLE_ARN, type StatesServer, startStates } from './server.ts';
import { machine } from './support.ts';

let server: StatesServer;
beforeAll(async () => {
  server = await startStates(createManualClock(), async () => ({ status: 500 }));
});
afterAll(() => server[Symbol.asyncDispose]());

const refusalOf = async (definition: unknown): Promise<string> => {
  const text = typeof definition === 'string' ? definition : JSON.stringify(definition);
  const command = new CreateStateMachineCommand({ name: 'bad', definition: text, roleArn: ROLE_ARN });
  const error = await server.sfn.send(command).then(
    () => undefined,
    (thrown: InvalidDefinition) => thrown,
  );
  expect(error).toMatchObject({ name: 'InvalidDefinition' });
  return error?.message ?? '';
};

describe('a definition is refused at load for', () => {
  it.each(FAULTS)('%s', async (_fault, states, refusal) => {
    expect(await refusalOf(machine(states))).toContain(refusal);
  });

  it('being no JSON', async () => {
    expect(await refusalOf('{')).toContain('INVALID_JSON_DESCRIPTION');
  });

  it('missing StartAt', async () => {
    expect(await refusalOf({ QueryLanguage: 'JSONata', States: { A: end } })).toContain(
      'These fields are required: [StartAt] at /',
    );
  });

  it('a StartAt to nowhere', async () => {
    expect(await refusalOf(machine({ A: end }, { StartAt: 'X' }))).toBe(
      "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: X at /StartAt, MISSING_TRANSITION_TARGET: State \"A\" is not reachable. at /States/A'",
    );
  });

  it('being in JSONPath', async () => {
    expect(await refusalOf({ StartAt: 'A', States: { A: end } })).toContain(
      "NOT_SUPPORTED_LOCALLY: Only definitions with 'QueryLanguage': 'JSONata' at the top are supported",
    );
  });

  it('an unknown field at the top', async () => {
    expect(await refusalOf(machine({ A: end }, { Timeout: 5 }))).toContain(
      "Field 'Timeout' is not supported at /",
    );
  });

  it('its size', async () => {
    const Comment = 'x'.repeat(1_048_576);
    expect(await refusalOf(machine({ A: pass({ Comment }) }))).toContain(
      'Definition is larger than 1048576 bytes',
    );
  });
});

describe('a fault in a definition', () => {
  const bad = JSON.stringify(machine({ A: { Type: 'Pass', Next: 'B' } }));

  it('is reported by ValidateStateMachineDefinition like the others, as many as asked for', async () => {
    const validate = (maxResults: number) =>
      server.sfn.send(new ValidateStateMachineDefinitionCommand({ definition: bad, maxResults }));
    const { result, diagnostics, truncated } = await validate(100);
    expect({ result, truncated }).toEqual({ result: 'FAIL', truncated: false });
    expect(diagnostics).toEqual([
      {
        severity: 'ERROR',
        code: 'MISSING_TRANSITION_TARGET',
        message: "Missing 'Next' target: B",
        location: '/States/A/Next',
      },
      { severity: 'ERROR', code: 'MISSING_END_STATE', message: 'Workflow has no terminal state' },
    ]);
    expect(await validate(1)).toMatchObject({ truncated: true, diagnostics: [diagnostics?.[0]] });
  });

  it('is thrown where a template creates the state machine', () => {
    const create = () =>
      server.states.createStateMachine({ name: 'bad', definition: bad, roleArn: ROLE_ARN });
    expect(create).toThrow(ServiceError);
    expect(create).toThrow('/States/A/Next');
  });

  it('leaves a state machine as it was when it comes with an update', async () => {
    const definition = JSON.stringify(machine({ A: end }));
    await server.sfn.send(new CreateStateMachineCommand({ name: 'sm', definition, roleArn: ROLE_ARN }));
    const update = new UpdateStateMachineCommand({ stateMachineArn: MACHINE_ARN, definition: bad });
    await expect(server.sfn.send(update)).rejects.toMatchObject({ name: 'InvalidDefinition' });
    const described = await server.sfn.send(
      new DescribeStateMachineCommand({ stateMachineArn: MACHINE_ARN }),
    );
    expect(described.definition).toBe(definition);
  });
});

describe('a definition is accepted', () => {
  it.each([
    ['names inside of a path', '{% $states.input.items[price > 3].{"n": name} %}'],
    ['sorting and grouping by names', '{% $states.input.items^(price){ kind: $sum(price) } %}'],
    ['the context inside of a path', '{% $states.input.names.($ & "!") %}'],
    ['a lambda of its own variables', '{% $map($states.input, function($v, $i){ $v.a + $i }) %}'],
    ['a transform', '{% $states.input ~> |items|{"seen": true}| %}'],
  ])('with %s', async (_what, Output) => {
    const definition = JSON.stringify(machine({ A: pass({ Output }) }));
    const { diagnostics } = await server.sfn.send(new ValidateStateMachineDefinitionCommand({ definition }));
    expect(diagnostics).toEqual([]);
  });
});
