// Runs of earlier releases go on with the functions of this version, to the same ends: all that was recorded of them; and runs that
// are stopped at each task and redriven. A definition stays with its execution, the code does not (docs/upgrading.md).

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withoutChance } from './answers.ts';
import { synthesise, useDefinitionsOf } from './assembly.ts';
import { RELEASES, recordingOf, scenariosOf } from './fixtures.ts';
import { Scene } from './scene.ts';
import type { Step } from './steps.ts';

describe.each(RELEASES)('the definitions of %s', (release) => {
  const scene = useSceneOf(release);

  it.each(scenariosOf(release))('%s ends as it did', (name) => expectSameEnds(scene(), release, name));

  it.each(STOPS)('$operation that is stopped in $state, $at, goes on when it is redriven', async (stop) => {
    // Not by the function's name, which the faults look for in payloads, too.
    const name = `${stop.operation}-stopped-${STOPS.indexOf(stop)}`;
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

/** A scene for the tests of the suite that calls this, on which the definitions of a release are deployed. */
function useSceneOf(release: string): () => Scene {
  let assembly: string;
  let scene: Scene;
  beforeAll(async () => {
    assembly = await mkdtemp(join(tmpdir(), 'twinwrite-upgrades-'));
    synthesise(assembly);
    useDefinitionsOf(release, assembly);
    scene = await Scene.open({ assembly });
  });
  afterAll(async () => {
    await scene[Symbol.asyncDispose]();
    await rm(assembly, { recursive: true });
  });
  return () => scene;
}

/** Plays a recorded scenario: its runs must end as they did, and leave what they left. */
async function expectSameEnds(scene: Scene, release: string, scenario: string): Promise<void> {
  const { startsAt, steps, ends, left } = recordingOf(release, scenario);
  scene.begin(startsAt);
  for (const { step } of steps) {
    await scene.play(step);
    if (step.do === 'expire') await scene.invoke('clean-up-removed', scene.streamEvent);
  }
  for (const [run, end] of Object.entries(ends)) {
    expect(withoutChance(await scene.end(run)), run).toMatchObject(end);
  }
  expect(await scene.left(scenario)).toMatchObject(left);
}

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
  /** The run is stopped in its write before, and redriven when its token is forgotten. */
  readonly late?: boolean;
}

const before = { when: 'before' } as const;
const writeRefused = {
  ...before,
  service: 'dynamodb',
  operation: 'TransactWriteItems',
  error: 'ValidationException',
  status: 400,
} as const;
const inDoubt = {
  ...before,
  service: 'dynamodb',
  operation: 'TransactWriteItems',
  error: 'InternalServerError',
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
    state: 'DeleteUnwrittenObjects',
    at: 'TasksDeleteObjects',
    faults: [inDoubt],
    late: true,
  },
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
  const { operation, state, at, faults = [], staged = false, late = false } = stop;
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
  if (late) {
    await scene.play({ do: 'stop', run: name });
    await scene.play({ do: 'pass', seconds: 15 * 60 });
    await scene.play({ do: 'redrive', run: name });
  }
  await scene.reach(name, state);
  await scene.play({ do: 'stop', run: name });
  return name;
}

const SHA256_OF_X = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881';
