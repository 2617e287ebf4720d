// All that was recorded of earlier releases, with the functions of this version; and their runs, stopped at each task and redriven.

import { describe, expect, it } from 'vitest';
import { RELEASES, scenariosOf } from './fixtures.ts';
import { expectSameEnds, useSceneOf } from './runs.ts';
import type { Scene } from './scene.ts';
import type { Step } from './steps.ts';

describe.each(RELEASES)('the definitions of %s', (release) => {
  const scene = useSceneOf(release);

  it.each(scenariosOf(release))('%s ends as it did', (name) => expectSameEnds(scene(), release, name));

  it.each(STOPS)('$operation that is stopped in $state, $at, goes on when it is redriven', async (stop) => {
    const name = `${stop.operation}-stopped-in-${stop.at}-${stop.state}`;
    scene().cloud.faults.clear();
    const run = await stopped(scene(), name, stop);
    await scene().play({ do: 'mend' });
    await scene().play({ do: 'redrive', run });
    await scene().play({ do: 'finish', run });

    const { status, error = '', states } = await scene().end(run);
    expect(status === 'SUCCEEDED' ? status : error).toBe(stop.ends ?? 'SUCCEEDED');
    expect(states).toContain(stop.state);
    const { item, objects } = await scene().left(name);
    const isThere = stop.operation !== 'delete' && stop.ends === undefined;
    expect(item === null).toBe(!isThere);
    expect(Object.keys(objects).filter((key) => key.startsWith('items/'))).toHaveLength(isThere ? 1 : 0);
  });
});

interface Stop {
  readonly operation: 'create' | 'update' | 'delete';
  readonly state: string;
  /** Part of the name of the function that is throttled, so that the run waits there. */
  readonly at: string;
  /** What goes wrong before, so that the run comes there. */
  readonly faults?: readonly Extract<Step, { do: 'fault' }>['fault'][];
  /** An error, if not success. */
  readonly ends?: string;
  readonly staged?: boolean;
}

const before = { when: 'before' } as const;
const writeRefused = {
  ...before,
  service: 'dynamodb',
  operation: 'TransactWriteItems',
  error: 'ValidationException',
  status: 400,
} as const;
const putFails = { ...before, service: 's3', operation: 'PutObject', error: 'InternalError' } as const;

const STOPS: readonly Stop[] = [
  { operation: 'create', state: 'Plan', at: 'TasksPlan' },
  { operation: 'create', state: 'PutObject', at: 'TasksPutInline' },
  { operation: 'create', state: 'PutObject', at: 'TasksPutObject', staged: true },
  { operation: 'create', state: 'EndUnfinishedUploads', at: 'TasksDeleteObjects', faults: [putFails] },
  { operation: 'create', state: 'WriteItem', at: 'TasksWriteItem' },
  {
    operation: 'create',
    state: 'DeleteCreatedObjects',
    at: 'TasksDeleteObjects',
    faults: [writeRefused],
    ends: 'RolledBack.WriteRefused',
  },
  { operation: 'update', state: 'Plan', at: 'TasksPlan' },
  { operation: 'update', state: 'PutObject', at: 'TasksPutInline' },
  { operation: 'update', state: 'WriteItem', at: 'TasksWriteItem' },
  { operation: 'update', state: 'DeleteReplacedObjects', at: 'TasksDeleteObjects' },
  { operation: 'delete', state: 'Plan', at: 'TasksPlan' },
  { operation: 'delete', state: 'DeleteItem', at: 'TasksWriteItem' },
  { operation: 'delete', state: 'DeleteReplacedObjects', at: 'TasksDeleteObjects' },
];

/** Starts a run, lets it go on to the state in which its task cannot be called, and stops it there. */
async function stopped(scene: Scene, name: string, stop: Stop): Promise<string> {
  const { operation, state, at, faults = [], staged = false } = stop;
  const start = (run: string, which: Stop['operation'], input: object): Promise<void> =>
    scene.play({ do: 'start', run, operation: which, input: { key: { id: name }, ...input } });
  if (operation !== 'create') {
    await start(`${name}-0`, 'create', { largeAttributes: { page: { text: 'before' } } });
  }
  const key = `staging/${name}/x`;
  if (staged) await scene.putObject(key, 'x');
  for (const fault of faults) await scene.play({ do: 'fault', fault });
  const throttled = { service: 'lambda', operation: 'Invoke', error: 'TooManyRequestsException' } as const;
  await scene.play({ do: 'fault', fault: { ...throttled, ...before, match: at, times: 'always' } });
  const page = staged ? { staged: { key, sha256: SHA256_OF_X, size: 1 } } : { text: 'after' };
  await start(name, operation, operation === 'delete' ? {} : { largeAttributes: { page } });
  await scene.reach(name, state);
  await scene.play({ do: 'stop', run: name });
  return name;
}

const SHA256_OF_X = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881';
