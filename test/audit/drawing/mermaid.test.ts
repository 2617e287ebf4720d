import { expect, it } from 'vitest';
import { toMermaid } from '../../../audit/drawing/mermaid.ts';

it('draws transitions, catches by error, iterations, and outcomes and compensations apart', () => {
  const definition = {
    StartAt: 'Do all',
    States: {
      'Do all': {
        Type: 'Map',
        ItemProcessor: { StartAt: 'Do', States: { Do: { Type: 'Pass', End: true } } },
        Next: 'Done?',
      },
      'Done?': { Type: 'Choice', Choices: [{ Next: 'Write' }], Default: 'Undo' },
      Write: {
        Type: 'Task',
        Catch: [
          { ErrorEquals: ['Refused'], Next: 'Undo' },
          { ErrorEquals: ['States.DataLimitExceeded'], Next: 'Undo' },
          { ErrorEquals: ['States.ALL'], Next: 'Undo' },
        ],
        Next: 'Written',
      },
      Undo: {
        Type: 'Task',
        Catch: [
          { ErrorEquals: ['States.DataLimitExceeded'], Next: 'Written' },
          { ErrorEquals: ['States.ALL'], Next: 'Failed' },
        ],
        Next: 'Failed',
      },
      Written: { Type: 'Succeed' },
      Failed: { Type: 'Fail' },
    },
  };

  expect(toMermaid(definition, new Set(['Undo'])).split('\n')).toEqual([
    'stateDiagram-v2',
    '  [*] --> Doall',
    '  state Doall {',
    '    [*] --> Do',
    '    Do --> [*]',
    '  }',
    '  Doall --> Done',
    '  Done --> Write',
    '  Done --> Undo',
    '  Write --> Written',
    '  Write --> Undo: Refused, any other error',
    '  Undo --> Failed',
    '  Undo --> Written: States.DataLimitExceeded',
    '  Undo --> Failed: any error',
    '  state "Do all" as Doall',
    '  state "Done?" as Done',
    expect.stringContaining('classDef success'),
    expect.stringContaining('classDef failure'),
    expect.stringContaining('classDef compensation'),
    '  class Undo compensation',
    '  class Written success',
    '  class Failed failure',
  ]);
});
