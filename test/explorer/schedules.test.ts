// Schedules as text: printed, read again, followed, made shorter.

import { describe, expect, it } from 'vitest';
import { configurationNamed } from '../../explorer/configurations/all.ts';
import { loadProduct, Model } from '../../explorer/model/model.ts';
import { mutationNamed } from '../../explorer/mutations/all.ts';
import type { Mutation } from '../../explorer/mutations/mutation.ts';
import { sequenceDiagram } from '../../explorer/schedules/diagram.ts';
import { replay } from '../../explorer/schedules/replay.ts';
import { formatSchedule, parseSchedule } from '../../explorer/schedules/schedule.ts';
import { shrink } from '../../explorer/schedules/shrink.ts';
import { explore } from '../../explorer/search/breadth-first.ts';
import type { Violation } from '../../explorer/search/findings.ts';
import { walk } from '../../explorer/search/walks.ts';
import { modelOf } from './explored.ts';

const NAME = 'needed: requests do not live for a minute';

async function found(): Promise<Violation> {
  const { violations } = await explore(await modelOf(NAME), { first: true });
  return violations[0] as Violation;
}

describe('text', () => {
  const schedule = {
    configuration: 'update||update',
    mutation: 'no-token',
    steps: ['e:update Plan GetItem -> ok', 'e:update is STOPPED at WriteItem'],
    breaks: 'dangling: the item points at A/X/e',
  };

  it('is read as it was printed', () => {
    expect(parseSchedule(formatSchedule(schedule))).toEqual(schedule);
  });

  it('is found among other lines', () => {
    const text = `VIOLATED something\n${formatSchedule(schedule).replaceAll(/^/gm, '    ')}\n(met 1 times)`;
    expect(parseSchedule(text)).toEqual(schedule);
  });

  it.each([
    ['1. a step', /names its configuration/],
    ['configuration: one create', /numbered steps/],
  ])('%j is none', (text, message) => {
    expect(() => parseSchedule(text)).toThrow(message);
  });
});

describe('replay', () => {
  it('comes to the same end', async () => {
    const { schedule, promise, end } = await found();
    const replayed = await replay(await modelOf(NAME), schedule);
    expect(replayed).toMatchObject({ steps: schedule, broken: [promise], end });
    expect(replayed.states).toHaveLength(schedule.length + 1);
  });

  it('says from where on a schedule cannot be followed, and what can happen', async () => {
    const { schedule } = await found();
    const [first = '', second = '', ...rest] = schedule;
    const swapped = replay(await modelOf(NAME), [second, first, ...rest]);
    await expect(swapped).rejects.toThrow(`this cannot happen here: ${second}\nwhat can:\n  ${first}`);
  });
});

describe('shrinking', () => {
  it('leaves no step that does not matter', async () => {
    const { changes } = mutationNamed('delete-no-replan') as Mutation;
    const { configuration } = configurationNamed('crowd: update||update||delete||create READ');
    const model = new Model(await loadProduct(changes), configuration);
    const { violations } = await walk(model, { walks: 300, seed: 1, first: true });
    const [{ schedule, promise }] = violations as [Violation];
    const shortest = await shrink(model, schedule, promise);
    expect(shortest.length).toBeLessThan(schedule.length);
    expect((await replay(model, shortest)).broken).toContain(promise);
    for (const at of shortest.keys()) {
      const less = shortest.filter((_, other) => other !== at);
      const broken = await replay(model, less).then(
        (replayed) => replayed.broken,
        () => [],
      );
      expect(broken).not.toContain(promise);
    }
  });

  it('refuses a schedule that breaks something else', async () => {
    const { schedule } = await found();
    await expect(shrink(await modelOf(NAME), schedule, 'another promise')).rejects.toThrow(/does not break/);
  });
});

it('is drawn as a sequence diagram', async () => {
  const { schedule: steps } = await found();
  expect(sequenceDiagram({ configuration: NAME, steps })).toMatch(
    /^sequenceDiagram\n {2}participant e_create as e:create\n {2}participant S3 as S3\n {2}participant DynamoDB as DynamoDB\n {2}e_create->>DynamoDB: Plan GetItem -> ok/,
  );
});
