// Runs of an earlier release with the functions of this version: what the tests of all of them, and of some, share.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { withoutChance } from './answers.ts';
import { synthesise, useDefinitionsOf } from './assembly.ts';
import { recordingOf } from './fixtures.ts';
import { Scene } from './scene.ts';

/** A scene for the tests of the suite that calls this, on which the definitions of a release are deployed. */
export function useSceneOf(release: string): () => Scene {
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
export async function expectSameEnds(scene: Scene, release: string, scenario: string): Promise<void> {
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
