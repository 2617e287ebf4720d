// Scenarios in which a write or a compensation gets no definite answer, and what a redrive makes of that.

import type { Operation } from '../../core/keys/run.ts';
import {
  type About,
  about,
  cannotDelete,
  forget,
  inDoubt,
  mend,
  page,
  write,
  writeRefused,
} from './blocks.ts';
import type { Scenario, Step } from './steps.ts';

export function doubts(): readonly Scenario[] {
  const throttled = about('throttled');
  const answered = about('answered-late');
  const redriven = about('redriven');
  const unwritten = about('redriven-unwritten');
  const written = about('redriven-written');
  const compensation = about('redriven-compensation');
  const deleted = about('redriven-delete');
  const unknown = about('unknown');
  const stopped = (of: About, number: number, operation: Operation, input: object = {}): readonly Step[] => [
    of.start(number, operation, input),
    { do: 'stop', run: of.run(number) },
    mend,
  ];
  return [
    {
      name: 'throttled',
      steps: [write('ThrottlingException', { status: 400 }), ...throttled.ran(1, 'create', page('x'))],
    },
    {
      name: 'answered-late',
      steps: [write('InternalServerError', { when: 'after' }), ...answered.ran(1, 'create', page('x'))],
    },
    {
      name: 'redriven',
      steps: [inDoubt, ...stopped(redriven, 1, 'create', page('x')), ...redriven.redriven(1)],
      histories: [redriven.run(1)],
    },
    {
      name: 'redriven-unwritten',
      steps: [inDoubt, ...stopped(unwritten, 1, 'create', page('x')), forget, ...unwritten.redriven(1)],
    },
    {
      name: 'redriven-written',
      steps: [
        ...written.ran(1, 'create', page('x')),
        write('InternalServerError', { when: 'after', times: 'always' }),
        ...stopped(written, 2, 'update', page('y')),
        forget,
        ...written.redriven(2),
      ],
    },
    {
      name: 'redriven-compensation',
      steps: [
        writeRefused,
        cannotDelete,
        ...compensation.ran(1, 'create', page('x')),
        mend,
        ...compensation.redriven(1),
      ],
    },
    {
      name: 'redriven-delete',
      steps: [
        ...deleted.ran(1, 'create', page('x')),
        inDoubt,
        ...stopped(deleted, 2, 'delete'),
        forget,
        ...deleted.redriven(2),
      ],
    },
    {
      name: 'unknown',
      steps: [
        ...unknown.ran(1, 'create', page('x')),
        inDoubt,
        ...stopped(unknown, 2, 'update', page('y')),
        forget,
        ...unknown.ran(3, 'update', page('v')),
        ...unknown.ran(4, 'update', page('w')),
        ...unknown.redriven(2),
      ],
    },
    {
      name: 'stuck',
      steps: [writeRefused, cannotDelete, ...about('stuck').ran(1, 'create', page('x'))],
      histories: [about('stuck').run(1)],
    },
  ];
}
