// `node --import tsx test/upgrades/record.ts 0.2`: records a release, before it is tagged (docs/releasing.md). What it writes is the
// same each time: time stands still, and what differs by chance is left out.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Template } from 'aws-cdk-lib/assertions';
import { bundleTasks } from '../../lambdas/bundle.ts';
import { LargeItemStack } from '../../lib/index.ts';
import { templateApp } from '../lib/app.ts';
import { lastingIn } from '../lib/replacements.ts';
import { answerOf, type Scheduled, tasksOf, withoutChance } from './answers.ts';
import { synthesise } from './assembly.ts';
import { MACHINES, type StoreFixture, writeFixture } from './fixtures.ts';
import { startOf } from './frozen-time.ts';
import { SCENARIOS } from './scenarios.ts';
import { Scene } from './scene.ts';
import type { Answer, Call, End, Event, History, Recording, Scenario, Task } from './steps.ts';

type Seen = { readonly task: Task; readonly payload: unknown } | { readonly pass: number };

async function record(release: string): Promise<void> {
  await bundleTasks();
  const assembly = await mkdtemp(join(tmpdir(), 'twinwrite-record-'));
  const seen: Seen[] = [];
  try {
    synthesise(assembly);
    await using scene = await Scene.open({
      assembly,
      onInvoke: (task, payload) => void seen.push({ task, payload }),
      onPass: (pass) => void seen.push({ pass }),
    });
    for (const [at, scenario] of SCENARIOS.entries()) {
      const recording = await recordingOf(scene, scenario, startOf(at), seen);
      writeFixture(release, ['scenarios', `${scenario.name}.json`], textOf(recording));
    }
    for (const machine of MACHINES) {
      const file = join(import.meta.dirname, '../../statemachines', `${machine}.asl.json`);
      writeFixture(release, ['statemachines', `${machine}.asl.json`], await readFile(file, 'utf8'));
    }
    const store = { descriptor: scene.store, lasting: lastingOfDefault() };
    writeFixture(release, ['store.json'], `${JSON.stringify(store, null, 2)}\n`);
  } finally {
    await rm(assembly, { recursive: true });
  }
}

async function recordingOf(
  scene: Scene,
  { name, steps, histories = [] }: Scenario,
  startsAt: string,
  seen: Seen[],
): Promise<Recording> {
  scene.begin(startsAt);
  const played: { readonly step: Recording['steps'][number]['step']; readonly seen: readonly Seen[] }[] = [];
  for (const step of steps) {
    seen.length = 0;
    await scene.play(step);
    if (step.do === 'expire') await scene.invoke('clean-up-removed', scene.streamEvent);
    played.push({ step, seen: [...seen] });
  }
  const runs = [...new Set(steps.flatMap((step) => (step.do === 'start' ? [step.run] : [])))];
  const answers = new Answers(scene);
  const ends: Record<string, End> = {};
  const recorded: Record<string, History> = {};
  for (const run of runs) {
    const events = await scene.history(run);
    answers.add(tasksOf(events));
    ends[run] = await scene.end(run);
    if (!histories.includes(run)) continue;
    const { $metadata: _, ...description } = await scene.describe(run);
    recorded[run] = { description, events };
  }
  const told: Recording['steps'][number][] = [];
  for (const { step, seen: during } of played) {
    const events: Event[] = [];
    for (const each of during) events.push(...(await answers.eventsOf(each)));
    told.push({ step, events });
  }
  const recording = { startsAt, steps: told, ends, left: await scene.left(name), histories: recorded };
  return withoutChance(recording) as Recording;
}

function lastingOfDefault(): StoreFixture['lasting'] {
  return lastingIn(Template.fromStack(new LargeItemStack(templateApp(), 'Twinwrite')));
}

/** Finds what a task answered. */
class Answers {
  readonly #scene: Scene;
  readonly #known: Scheduled[] = [];

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  add(tasks: readonly Scheduled[]): void {
    this.#known.push(...tasks);
  }

  async eventsOf(seen: Seen): Promise<readonly Event[]> {
    if ('pass' in seen) return [seen];
    const call = { ...seen, ...(await this.#answer(seen.task, seen.payload)) } as Call;
    return seen.task === 'total-sweep' ? [...(await this.#reports()), call] : [call];
  }

  async #answer(task: Task, payload: unknown): Promise<Answer> {
    const at = this.#known.findIndex((known) => isDeepStrictEqual(known.payload, payload));
    const [known] = at === -1 ? [] : this.#known.splice(at, 1);
    // No history has what a batch of a sweep answered, or the stream's consumer: nothing changes when they are asked again.
    return known?.answer ?? answerOf(await this.#scene.invoke(task, payload));
  }

  async #reports(): Promise<readonly Event[]> {
    const keys = await this.#scene.keys(`${this.#scene.store.sweep?.reportPrefix}/`);
    return Promise.all(keys.map(async (report) => ({ report, text: await this.#scene.text(report) })));
  }
}

/** A line for each event: what is compared by people is short enough to be read. */
function textOf({ startsAt, steps, ends, left, histories }: Recording): string {
  const line = (value: unknown) => JSON.stringify(value);
  const list = (values: readonly unknown[], indent: string) =>
    values.length === 0
      ? '[]'
      : `[\n${values.map((each) => `${indent}  ${line(each)}`).join(',\n')}\n${indent}]`;
  const record = (entries: Readonly<Record<string, unknown>>) =>
    Object.entries(entries).map(([name, value]) => `    ${line(name)}: ${line(value)}`);
  const object = (lines: readonly string[]) => (lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n  }`);
  const told = steps.map(
    ({ step, events }) =>
      `    {\n      "step": ${line(step)},\n      "events": ${list(events, '      ')}\n    }`,
  );
  const shown = Object.entries(histories).map(
    ([run, { description, events }]) =>
      `    ${line(run)}: {\n      "description": ${line(description)},\n      "events": ${list(events, '      ')}\n    }`,
  );
  return [
    '{',
    `  "startsAt": ${line(startsAt)},`,
    `  "steps": [\n${told.join(',\n')}\n  ],`,
    `  "ends": ${object(record(ends as Readonly<Record<string, unknown>>))},`,
    `  "left": ${line(left)},`,
    `  "histories": ${object(shown)}`,
    '}\n',
  ].join('\n');
}

const [release] = process.argv.slice(2);
if (release === undefined || !/^\d+\.\d+(?:\.\d+)?$/.test(release)) {
  console.error('Which release, such as 0.2?');
  process.exitCode = 2;
} else {
  await record(release);
}
