// Drives a schedule on the local cloud: the deployed product, over HTTP, with its faults.

import { referencedKeys } from '../../core/item/item.ts';
import { objectKey } from '../../core/keys/object-key.ts';
import { formatPointer } from '../../core/keys/pointer.ts';
import { formatRun } from '../../core/keys/run.ts';
import type { Item } from '../../core/values/attributes.ts';
import type { LocalCloud } from '../../local/index.ts';
import { itemAfter } from '../actors/programs.ts';
import { inputOf, sha256 } from '../model/inputs.ts';
import type { Model } from '../model/model.ts';
import { replay } from '../schedules/replay.ts';
import { DAY_MS, INITIAL_RUN, itemKey, RUN_NAMES } from '../state/setting.ts';
import type { CallFault } from './call-fault.ts';
import { CloudStore, type LocalRun } from './cloud-store.ts';
import { type Action, NotExpressible, scriptOf } from './script.ts';

/** What a schedule has left on the local cloud. */
export interface LocalEnd {
  readonly runs: Readonly<Record<string, LocalRun>>;
  readonly item: Item | undefined;
  /** By their short keys. */
  readonly objects: readonly string[];
  /** Those that the item points at and that are not there. */
  readonly dangling: readonly string[];
  /** Those that are there and that the item does not point at. */
  readonly orphans: readonly string[];
}

/**
 * @param cloud - with the stack `Twinwrite` just deployed, and time that stands still
 * @param labels - in which others act while the runs stand still: see {@link reordered}
 * @throws {NotExpressible} before anything is done
 * @throws {CannotFollow}
 */
export async function drive(cloud: LocalCloud, model: Model, labels: readonly string[]): Promise<LocalEnd> {
  const actions = await actionsOf(model, labels);
  using store = new CloudStore(cloud);
  const drive = new Drive(store, model);
  await drive.prepare();
  for (const action of actions) await drive.carryOut(action);
  return drive.end();
}

/**
 * What a schedule comes to on the local cloud.
 * @throws {NotExpressible | CannotFollow}
 */
export async function actionsOf(model: Model, labels: readonly string[]): Promise<readonly Action[]> {
  checkConfiguration(model);
  const { states } = await replay(model, labels);
  return scriptOf(model, labels, states);
}

/** @throws {NotExpressible} */
function checkConfiguration({ configuration }: Model): void {
  const { initial, staged, copied, refusesWrites, writesTooLarge, clockSkewMs, frozenContext, waitSkipped } =
    configuration;
  const strange = { staged, copied, refusesWrites, writesTooLarge, clockSkewMs, frozenContext, waitSkipped };
  for (const [name, value] of Object.entries(strange)) {
    if (value !== undefined)
      throw new NotExpressible(`the configuration's ${name}: the local cloud is as it is`);
  }
  if (initial?.writtenBy === 'legacy') {
    throw new NotExpressible('an item that pynamodb_mate wrote: the deployed store knows no such place');
  }
}

class Drive {
  readonly #store: CloudStore;
  readonly #model: Model;
  readonly #arns = new Map<string, string>();
  #before: Item | undefined;

  constructor(store: CloudStore, model: Model) {
    this.#store = store;
    this.#model = model;
  }

  /** The item at the start: by a saga, or as another program would put it. */
  async prepare(): Promise<void> {
    const { initial } = this.#model.configuration;
    if (initial === undefined) return;
    if (initial.writtenBy === 'foreign') await this.#prepareForeign(initial.large, initial.plain ?? {});
    else {
      const { large, plain = {} } = initial;
      const attributes = Object.fromEntries(
        Object.entries(plain).map(([name, value]) => [name, Object.values(value)[0]]),
      );
      const input = inputOf({ operation: 'create', large, plain: attributes }, '');
      await this.#store.untilAt(await this.#store.start('create', INITIAL_RUN.name, input), 'ended');
    }
    this.#before = await this.#store.item();
  }

  async #prepareForeign(large: Readonly<Record<string, string>>, plain: Item): Promise<void> {
    const { descriptor } = this.#store;
    const pointers: Record<string, { S: string }> = {};
    for (const [name, text] of Object.entries(large)) {
      const key = objectKey(descriptor, itemKey('k'), name, sha256(text), formatRun(INITIAL_RUN));
      await this.#store.put(key, text);
      pointers[name] = { S: formatPointer(descriptor.bucket, key) };
    }
    await this.#store.save({ ...itemKey('k'), views: { N: '0' }, ...plain, ...pointers });
  }

  async carryOut(action: Action): Promise<void> {
    switch (action.kind) {
      case 'start':
        return this.#goOn(action.faults, async () => {
          const index = RUN_NAMES.indexOf(action.run);
          const { operation } = this.#model.writeOf({ index });
          const input = inputOf(this.#model.writeOf({ index }), '');
          this.#arns.set(action.run, await this.#store.start(operation, action.run, input));
          await this.#store.untilAt(this.#arnOf(action.run), action.until);
        });
      case 'pass':
        return this.#goOn(action.faults, () =>
          this.#store.pass(this.#arnOf(action.run), action.seconds, action.until),
        );
      case 'redrive':
        return this.#goOn(action.faults, async () => {
          if (action.aDayLater) this.#store.cloud.clock.advance(DAY_MS);
          await this.#store.redrive(this.#arnOf(action.run));
          await this.#store.untilAt(this.#arnOf(action.run), action.until);
        });
      case 'stop':
        return this.#store.stop(this.#arnOf(action.run));
      case 'program': {
        const item = itemAfter(action.write, await this.#store.item(), this.#before);
        if (item !== undefined) await this.#store.save(item);
        return;
      }
      case 'cleaned': {
        const wanted = new Set(action.keys);
        return this.#store.untilGone((keys) => keys.every((key) => !wanted.has(this.#model.shortKey(key))));
      }
    }
  }

  async end(): Promise<LocalEnd> {
    const item = await this.#store.item();
    const keys = await this.#store.objects();
    const referenced = item === undefined ? new Set<string>() : referencedKeys(item, this.#store.descriptor);
    const runs: Record<string, LocalRun> = {};
    for (const [name, arn] of this.#arns) runs[name] = await this.#store.run(arn);
    const short = (key: string) => this.#model.shortKey(key);
    return {
      runs,
      item,
      objects: keys.map(short),
      dangling: [...referenced].filter((key) => !keys.includes(key)).map(short),
      orphans: keys.filter((key) => !referenced.has(key)).map(short),
    };
  }

  async #goOn(faults: readonly CallFault[], act: () => Promise<void>): Promise<void> {
    const { faults: cloudFaults } = this.#store.cloud;
    for (const fault of faults) cloudFaults.inject(fault);
    await withLongJitter(act);
    const unmet = cloudFaults.list().filter(({ fired }) => fired === 0);
    cloudFaults.clear();
    for (const { operation } of unmet) {
      throw new Error(`the run made no such call as the schedule says: ${operation}`);
    }
  }

  #arnOf(run: string): string {
    const arn = this.#arns.get(run);
    if (arn === undefined) throw new Error(`${run} has not begun`);
    return arn;
  }
}

/** Of the interval of a retry. */
const LONG = 0.999;

/** A run that is stopped between a failed call and its retry must stand still there, however short the pause might be. */
async function withLongJitter(act: () => Promise<void>): Promise<void> {
  const { random } = Math;
  Math.random = () => LONG;
  try {
    await act();
  } finally {
    Math.random = random;
  }
}
