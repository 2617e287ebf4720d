// The state that an exploration starts from.

import { objectKey } from '../../core/keys/object-key.ts';
import { formatPointer } from '../../core/keys/pointer.ts';
import { formatRun } from '../../core/keys/run.ts';
import type { AttributeValue, Item } from '../../core/values/attributes.ts';
import { advance } from '../machine/advance.ts';
import { startFrame } from '../machine/states.ts';
import { md5, sha256 } from '../model/inputs.ts';
import type { Model } from '../model/model.ts';
import type { Configuration, InitialItem } from '../state/configuration.ts';
import { INITIAL_RUN, itemKey, itemPlace, storeAt } from '../state/setting.ts';
import type { Actor, Run, State, StoredObject } from '../state/state.ts';

/** Every run stands at its first call; nobody else has begun. */
export async function initialState(model: Model): Promise<State> {
  const { configuration } = model;
  const { writes, faults = 1, redrives = 1 } = configuration;
  const runs = model.slots.map((_, index) => initialRun(model, index));
  const items = initialItems(configuration);
  const counts = [...new Set(model.slots.map(({ effect }) => effect))];
  let state: State = {
    items,
    tokens: {},
    objects: initialObjects(configuration),
    uploads: [],
    stream: [],
    runs,
    actors: initialActors(configuration),
    faultsLeft: faults,
    redrivesLeft: redrives,
    effects: counts.map(() => 0),
    undone: counts.map(() => 0),
    absences: writes.map((write) => {
      return items[itemPlace(storeAt(write.store ?? 0).table, write.item ?? 'k')] === undefined ? 1 : 0;
    }),
    claims: [],
    problems: [],
  };
  for (const run of runs) state = await advance(model, state, run.index);
  return state;
}

function initialRun(model: Model, index: number): Run {
  const isThere =
    model.writeOf({ index }).client === undefined && model.slotOf({ index }).lane !== 'continued';
  const run: Run = {
    index,
    status: isThere ? 'RUNNING' : 'ABSENT',
    redrives: 0,
    clock: 0,
    old: [],
    late: [],
    age: 'recent',
    frame: startFrame('', {}),
  };
  const { StartAt } = model.machineOf(run);
  model.onEnter(StartAt, false);
  return { ...run, frame: startFrame(StartAt, model.inputOf(run)) };
}

/** The item `k` at the start; undefined where there is none. */
export function initialItem({ initial }: Configuration): Item | undefined {
  if (initial === undefined) return undefined;
  const pointers = Object.entries(initial.large).map(([name, text]): [string, AttributeValue] => {
    return [name, { S: formatPointer(storeAt(0).bucket, initialKey(initial.writtenBy, name, text)) }];
  });
  const item = { ...itemKey('k'), views: { N: '0' }, ...initial.plain, ...Object.fromEntries(pointers) };
  if ((initial.writtenBy ?? 'saga') !== 'saga') return item;
  const run = { S: formatRun(INITIAL_RUN) };
  const large = Object.keys(initial.large).sort();
  const saga = {
    createdBy: run,
    version: { N: '1' },
    writtenBy: run,
    large: { L: large.map((S) => ({ S })) },
  };
  return { ...item, _saga: { M: saga } };
}

function initialKey(writtenBy: InitialItem['writtenBy'], name: string, text: string): string {
  if (writtenBy === 'plain') return `items/pk=k/attr=${name}/sha256=${sha256(text)}`;
  if (writtenBy === 'legacy') return `old/pk=k/attr=${name}/md5=${md5(text)}`;
  return objectKey(storeAt(0), itemKey('k'), name, sha256(text), formatRun(INITIAL_RUN));
}

function initialItems(configuration: Configuration): Readonly<Record<string, Item>> {
  const item = initialItem(configuration);
  if (item === undefined) return {};
  const place = itemPlace(storeAt(0).table, 'k');
  if (!configuration.copied) return { [place]: item };
  return { [place]: item, [itemPlace(storeAt(0).table, 'l')]: { ...item, ...itemKey('l') } };
}

function initialObjects({
  initial,
  staged = {},
  writes,
}: Configuration): Readonly<Record<string, StoredObject>> {
  const objects = Object.entries(initial?.large ?? {}).map(([name, text]) => {
    return [initialKey(initial?.writtenBy, name, text), { text }] as const;
  });
  const prefix = storeAt(writes[0]?.store ?? 0).stagingPrefix;
  const uploads = Object.entries(staged).map(([name, text]) => [`${prefix}/${name}`, { text }] as const);
  return Object.fromEntries([...objects, ...uploads]);
}

function initialActors(configuration: Configuration): readonly Actor[] {
  const { programs = [], sweeps = 0, readers = 0, pages = [], fscks = 0, stream, writes } = configuration;
  const { settles } = configuration;
  const several = (kind: Actor['kind'], count: number) =>
    Array.from({ length: count }, (): Actor => ({ kind, step: 0 }));
  return [
    ...several('program', programs.length),
    ...several('sweep', sweeps),
    ...several('read', readers),
    ...pages.map((_, of): Actor => ({ kind: 'page', step: 0, of })),
    ...several('fsck', fscks),
    ...several('stream', stream ? 1 : 0),
    ...several('settler', settles ? 1 : 0),
    ...writes.flatMap(({ client }, of) =>
      client === undefined ? [] : several('client', client.calls ?? 1).map((actor) => ({ ...actor, of })),
    ),
  ];
}
