// Each task takes what the definitions of earlier releases send it, and answers with all that they read: what was recorded is asked
// again, in the same order and with the same faults, of the functions of this version.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf } from './answers.ts';
import { synthesise } from './assembly.ts';
import { RELEASES, recordingOf, scenariosOf } from './fixtures.ts';
import { Scene } from './scene.ts';
import type { Event, Step } from './steps.ts';

let assembly: string;
let scene: Scene;

beforeAll(async () => {
  assembly = await mkdtemp(join(tmpdir(), 'twinwrite-upgrades-'));
  synthesise(assembly);
});
afterAll(async () => {
  await rm(assembly, { recursive: true });
});

describe.each(RELEASES)('what %s recorded', (release) => {
  beforeAll(async () => {
    scene = await Scene.open({ assembly });
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  it.each(scenariosOf(release))('%s is answered as it was', async (name) => {
    const { startsAt, steps, left } = recordingOf(release, name);
    scene.begin(startsAt);
    for (const { step, events } of steps) {
      if (isOfTheStore(step)) await scene.play(step);
      for (const event of events) await happen(event);
    }
    expect(await scene.left(name)).toMatchObject(left);
  });
});

/** Whether a step is about what the tasks work on; runs are not started here, and their functions not throttled. */
function isOfTheStore(step: Step): boolean {
  if (step.do === 'fault') return step.fault.service !== 'lambda';
  return !['start', 'finish', 'stop', 'redrive'].includes(step.do);
}

async function happen(event: Event): Promise<void> {
  if ('pass' in event) return scene.cloud.clock.advance(event.pass * 1000);
  if ('report' in event) return scene.putObject(event.report, event.text);
  if ('lost' in event) return;
  const { task, payload, ...answer } = event;
  const now = answerOf(await scene.invoke(task, payload));
  expect(now, `${task} asked with ${JSON.stringify(payload)}`).toMatchObject(answer);
}
