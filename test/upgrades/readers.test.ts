// What earlier releases have written is read by this version: descriptors, items and their objects, histories. Client, audit and the
// command line's texts alike.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  GetExecutionHistoryCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fsck, previewReplay, readRun } from '../../audit/index.ts';
import { reportLines } from '../../cli/text/run-text.ts';
import { LargeItemClient } from '../../client/index.ts';
import { parseStore, type StoreDescriptor, storeProblem } from '../../core/contract/store.ts';
import { synthesise } from './assembly.ts';
import { RELEASES, recordingOf, scenariosOf, storeOf } from './fixtures.ts';
import { Scene } from './scene.ts';
import type { History } from './steps.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twinwrite-upgrades-'));
  synthesise(folder);
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(RELEASES)('of %s', (release) => {
  let scene: Scene;
  let client: LargeItemClient;

  /** A store that holds what the release left of each scenario, and nothing else. */
  beforeAll(async () => {
    scene = await Scene.open({ assembly: folder });
    client = new LargeItemClient({ ...clientsOf(scene), store: scene.store, pollIntervalMs: 10 });
    for (const name of scenariosOf(release)) {
      const { item, objects } = recordingOf(release, name).left;
      for (const [key, text] of Object.entries(objects)) await scene.putObject(key, text);
      if (item !== null) await scene.play({ do: 'putItem', item });
    }
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  it('a descriptor describes the store as it did', () => {
    const { descriptor } = storeOf(release);
    expect(storeProblem(JSON.stringify(descriptor))).toBeUndefined();
    expect(parseStore(JSON.stringify(descriptor))).toEqual(descriptor);
  });

  it('items are read with their content, as sagas and as another library wrote it', async () => {
    const created = await client.get({ id: 'create-inline' });
    expect(created).toMatchObject({
      version: 1,
      attributes: { title: 'one', count: 1, tags: ['a', { b: null }] },
    });
    expect(await created?.large.page?.text()).toBe('a page');
    expect(await created?.large.data?.bytes()).toEqual(Uint8Array.of(0, 1, 2));
    const updated = await client.get({ id: 'update-large' });
    expect(updated).toMatchObject({ version: 2 });
    expect(await updated?.large.page?.text()).toBe('the second page');
    expect(await updated?.large.note?.text()).toBe('kept');
  });

  it('no item dangles, and what none needs is held for its run', async () => {
    const kinds: string[] = [];
    await fsck(
      { ...clientsOf(scene), store: scene.store },
      { onFinding: (finding) => void kinds.push(finding.kind) },
    );
    // Nothing is known of the runs here, so nothing of theirs is called an orphan yet.
    expect(new Set(kinds)).toEqual(new Set(['held']));
  });

  it('items are updated and deleted with their objects', async () => {
    const key = { id: 'planned-again' };
    await client.update({ key, set: { title: 'later' }, largeAttributes: { page: 'new' } });
    expect(await client.get(key)).toMatchObject({ version: 4, attributes: { title: 'later' } });
    expect(Object.values((await scene.left(key.id)).objects)).toEqual(['new']);
    await client.delete({ key });
    expect(await scene.left(key.id)).toEqual({ item: null, objects: {} });
  });

  describe('histories', () => {
    it.each(historiesOf(release))(
      '%s is shown: how it ended, the states that it entered',
      async (name, scenario, history) => {
        const { states = [] } = recordingOf(release, scenario).ends[name] ?? {};
        const context = { ...clientsOf(scene), store: storeOfRecording(release), sfn: playing(history) };

        const report = await readRun(context, String(history.description.executionArn));

        expect(report.summary).toMatchObject({ name, key: { id: scenario } });
        expect(report.summary.outcome).toBe(OUTCOMES[name]);
        expect(report.events).toHaveLength(history.events.length);
        const text = reportLines(report, { width: 120, color: false, onAws: false }).join('\n');
        for (const state of new Set(states)) expect(text).toContain(state);
        expect(text).toContain(OUTCOMES[name]);
      },
    );

    it('a run that is stuck can be redriven', async () => {
      const history = recordingOf(release, 'stuck').histories['stuck-1'] as History;
      const context = { ...clientsOf(scene), store: storeOfRecording(release), sfn: playing(history) };
      expect(await previewReplay(context, String(history.description.executionArn))).toMatchObject({
        kind: 'redrive',
      });
    });
  });
});

const OUTCOMES: Readonly<Record<string, string>> = {
  'create-inline-1': 'committed',
  'delete-2': 'committed',
  'redriven-1': 'committed',
  'rolled-back-1': 'rolled-back',
  'stuck-1': 'stuck',
};

/** Runs of the sagas: their name, the scenario, what was recorded. */
function historiesOf(release: string): (readonly [string, string, History])[] {
  return scenariosOf(release)
    .filter((scenario) => scenario !== 'sweep')
    .flatMap((scenario) =>
      Object.entries(recordingOf(release, scenario).histories).map(
        ([run, history]) => [run, scenario, history] as const,
      ),
    );
}

function storeOfRecording(release: string): StoreDescriptor {
  return parseStore(JSON.stringify(storeOf(release).descriptor)) as StoreDescriptor;
}

function clientsOf({ dynamodb, s3, sfn }: Scene) {
  return { dynamodb, s3, sfn };
}

/** Step Functions that knows one run alone, as it was recorded. */
function playing({ description, events }: History): SFNClient {
  const send = async (command: unknown): Promise<unknown> => {
    if (command instanceof GetExecutionHistoryCommand) return withDates({ events });
    if (command instanceof DescribeExecutionCommand) {
      if (command.input.executionArn === description.executionArn) return withDates(description);
      throw new ExecutionDoesNotExist({ message: 'no such run', $metadata: {} });
    }
    return { executions: [] };
  };
  return { send } as unknown as SFNClient;
}

function withDates(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (member, each: unknown) =>
    typeof each === 'string' && /^(?:timestamp|\w+Date)$/.test(member) ? new Date(each) : each,
  );
}
