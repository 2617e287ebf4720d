// An upgrade while a run is stopped half-way: definitions and functions are replaced, then the run is redriven. It keeps the
// definition and the plan that it had, and meets the new functions.

import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeStateMachineForExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { replaceDefinitions, synthesise } from './assembly.ts';
import { definitionText, RELEASES } from './fixtures.ts';
import { Scene } from './scene.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twinwrite-upgrades-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(RELEASES)('a run of %s', (release) => {
  const MARK = `as ${release} has it`;
  const run = 'stopped';
  const [before, after, data] = ['before', 'after', 'data'].map((name) => `${release}-${name}`);

  it('is finished after the upgrade, with its own definition', async () => {
    const [earlier, present] = [join(folder, before as string), join(folder, after as string)];
    synthesise(present);
    await cp(present, earlier, { recursive: true });
    replaceDefinitions(earlier, (machine) =>
      JSON.stringify({ ...JSON.parse(definitionText(release, machine)), Comment: MARK }),
    );
    const kept = join(folder, data as string);

    const arn = await stopInItsWrite(earlier, kept);
    await using scene = await Scene.open({ assembly: present, data: kept });
    scene.adopt(run, arn);
    await scene.play({ do: 'redrive', run });
    await scene.play({ do: 'finish', run });

    expect(await scene.end(run)).toMatchObject({
      status: 'SUCCEEDED',
      output: { operation: 'create', version: 1 },
    });
    expect(await definitionOf(scene, arn)).toBe(MARK);
    expect(Object.values((await scene.left(run)).objects)).toEqual(['x']);
    await scene.play({ do: 'start', run: 'later', operation: 'delete', input: { key: { id: run } } });
    expect(await definitionOf(scene, scene.arnOf('later'))).not.toBe(MARK);
    expect(await scene.left(run)).toEqual({ item: null, objects: {} });
  });

  async function stopInItsWrite(assembly: string, kept: string): Promise<string> {
    await using scene = await Scene.open({ assembly, data: kept });
    const throttled = { service: 'lambda', operation: 'Invoke', error: 'TooManyRequestsException' } as const;
    await scene.play({ do: 'fault', fault: { ...throttled, when: 'before', match: 'WriteItem' } });
    const input = { key: { id: run }, largeAttributes: { page: { text: 'x' } } };
    await scene.play({ do: 'start', run, operation: 'create', input });
    expect((await scene.end(run)).states.at(-1)).toBe('WriteItem');
    await scene.play({ do: 'stop', run });
    return scene.arnOf(run);
  }
});

async function definitionOf({ sfn }: Scene, executionArn: string): Promise<string> {
  const { definition = '{}' } = await sfn.send(new DescribeStateMachineForExecutionCommand({ executionArn }));
  return (JSON.parse(definition) as { Comment: string }).Comment;
}
