// What stays the same while a configuration is explored: its code, its definitions, and what is known of its texts.

import { formatRun, type Run as RunName } from '../../core/keys/run.ts';
import { COLD_START_SECONDS, COPY_LIFE_SECONDS, REQUEST_LIFE_SECONDS } from '../../core/saga/waits.ts';
import {
  type DefinitionChange,
  type Definitions,
  expressOf,
  loadDefinitions,
  type Machine,
  type MachineName,
} from '../asl/definitions.ts';
import { Expressions } from '../asl/expressions.ts';
import type { SourceChange } from '../code/change.ts';
import { Code, type Functions } from '../code/code.ts';
import { loadSubject, type Subject } from '../code/load.ts';
import {
  type Configuration,
  DEFAULT_KINDS,
  type FaultKind,
  textOf,
  type Write,
} from '../state/configuration.ts';
import { Interner } from '../state/interner.ts';
import { STORES, startTimeOf, storeAt } from '../state/setting.ts';
import { expressName, type Slot, slotsOf } from '../state/slots.ts';
import type { Call, Run } from '../state/state.ts';
import { inputOf, md5, sha256 } from './inputs.ts';

/** A change of the product, for what is explored without one of its rules. */
export type Change = DefinitionChange | SourceChange;

/** The product as it is explored, for any number of configurations. */
export interface Product {
  /** By store. */
  readonly codes: readonly Functions[];
  /** For the check that the sweeper collects what is left. */
  readonly sweepBatch: Subject['sweepBatch'];
  readonly definitions: Definitions;
  /** The same of the Express lane; none of what is not the product. */
  readonly express?: Definitions;
  readonly expressions: Expressions;
  /** The function that reads an item. */
  readonly reader: 'Read' | 'PlainRead';
  /** Whether several runs may put one key, so that others see what a run puts before it writes. */
  readonly sharesKeys: boolean;
}

/**
 * @param stores - how many of the stores are needed
 * @throws {Error} when a change does not fit the product
 */
export async function loadProduct(changes: readonly Change[] = [], stores = 1): Promise<Product> {
  const sources = changes.filter((change): change is SourceChange => 'file' in change);
  const values = changes.filter((change): change is DefinitionChange => 'machine' in change);
  let last = 0;
  const nextId = () => last++;
  const codes: Code[] = [];
  for (const store of STORES.slice(0, stores)) {
    codes.push(new Code(await loadSubject(store, sources), store, nextId));
  }
  const definitions = loadDefinitions(values);
  const { sweepBatch, expressDefinition } = (codes[0] as Code).subject;
  return {
    codes,
    sweepBatch,
    definitions,
    express: expressOf(definitions, expressDefinition),
    expressions: new Expressions(),
    reader: 'Read',
    sharesKeys: false,
  };
}

/** Assumptions that every configuration makes, unless it says otherwise: those of the product. */
const ASSUMED = {
  coldStartMs: COLD_START_SECONDS * 1000,
  requestLifeMs: REQUEST_LIFE_SECONDS * 1000,
  copyLifeMs: COPY_LIFE_SECONDS * 1000,
} as const;

export type Assumptions = Required<Pick<Configuration, 'coldStartMs' | 'requestLifeMs' | 'copyLifeMs'>>;

export class Model {
  readonly product: Product;
  readonly configuration: Configuration & Assumptions;
  readonly kinds: ReadonlySet<FaultKind>;
  readonly interner = new Interner();
  /** The text of each content, by its digests. */
  readonly texts: ReadonlyMap<string, string>;
  /** The executions that there may be, by their indices. */
  readonly slots: readonly Slot[];
  readonly #inputs: readonly unknown[];

  /** Told of each state that a run comes to, not of retries; of what was computed before it is not told again. */
  readonly onEnter: (state: string, isIteration: boolean) => void;

  constructor(product: Product, configuration: Configuration, onEnter: Model['onEnter'] = () => undefined) {
    this.onEnter = onEnter;
    this.product = product;
    this.configuration = { ...ASSUMED, ...configuration };
    this.kinds = new Set(configuration.kinds ?? DEFAULT_KINDS);
    this.texts = textsOf(configuration);
    this.slots = slotsOf(configuration);
    this.#inputs = configuration.writes.map((write) =>
      inputOf(write, storeAt(write.store ?? 0).stagingPrefix),
    );
  }

  writeOf(run: Pick<Run, 'index'>): Write {
    return this.configuration.writes[this.slotOf(run).write] as Write;
  }

  slotOf(run: Pick<Run, 'index'>): Slot {
    return this.slots[run.index] as Slot;
  }

  /** Which count of effects is a run's: of what goes on with another, that other's. */
  effectOf({ index, continues = index }: Pick<Run, 'index' | 'continues'>): number {
    return this.slotOf({ index: continues }).effect;
  }

  /** The indices of the Express runs of the same write, and of what goes on with them. */
  lanesOf(run: Pick<Run, 'index'>): readonly number[] {
    const { write } = this.slotOf(run);
    return [...this.slots.keys()].filter((index) => this.slots[index]?.write === write);
  }

  /** The execution's input. */
  inputOf(run: Run): unknown {
    return run.input ?? this.#inputs[this.slotOf(run).write];
  }

  codeOf(store: number | undefined): Functions {
    const code = this.product.codes[store ?? 0];
    if (code === undefined)
      throw new Error('the product was loaded for fewer stores than the configuration has');
    return code;
  }

  machineOf(run: Run): Machine {
    const { definitions, express = definitions } = this.product;
    const lane = this.slotOf(run).lane === 'express' ? express : definitions;
    return lane[this.writeOf(run).operation];
  }

  /** Names a run's machine among all. */
  machineId(run: Run): string {
    const operation: MachineName = this.writeOf(run).operation;
    return this.slotOf(run).lane === 'express' ? `express ${operation}` : operation;
  }

  /** `e:update` */
  nameOf(run: Pick<Run, 'index'>): string {
    return `${this.slotOf(run).shown}:${this.writeOf(run).operation}`;
  }

  /** How keys and marks name a run: what goes on with an Express run bears its name. */
  runName(index: number, continues = index): RunName {
    const { operation } = this.writeOf({ index });
    const { write, lane, name, uuid } = this.slotOf({ index: continues });
    const own = lane === 'express' ? expressName(write, uuid as string) : name;
    return { operation, name: own, startTime: this.startOf(continues) };
  }

  /** Executions of one name may start in the same millisecond. */
  startOf(index: number): string {
    const { lane, write } = this.slotOf({ index });
    return startTimeOf(lane === 'express' ? write : index);
  }

  /** `A/Y/e`: attribute, content and run of an object; `A/Y/e2` of the series that the run's second plan began. */
  shortKey(key: string): string {
    const [, attribute, digest = '', own, id, nonce = '', series = ''] = KEY.exec(key) ?? [];
    const content = this.texts.get(digest) ?? digest.slice(0, 6);
    const run = own ?? (id && `x${id}${Number(nonce.slice(7, 8)) || ''}`);
    if (attribute !== undefined)
      return [attribute, content, ...(run === undefined ? [] : [run + series])].join('/');
    return key.replace(/md5=(.{6}).*/, 'md5=$1');
  }

  /** A call in a few words. */
  describe({ name, input }: Pick<Call, 'name' | 'input'>): string {
    if (name === 'TransactWriteItems') {
      return `Transact(${Object.keys((input.TransactItems as object[])[0] as object)[0]})`;
    }
    if (name === 'DeleteObjects') {
      const { Objects } = input.Delete as { Objects: { Key: string }[] };
      return `DeleteObjects(${Objects.map(({ Key }) => this.shortKey(Key)).join(' ')})`;
    }
    if (typeof input.Key === 'string') return `${name}(${this.shortKey(input.Key)})`;
    if (typeof input.executionArn === 'string') return `${name}(${input.executionArn.split(':').pop()})`;
    return name;
  }
}

/** `attr=A/sha256=0f…/create.e.2026….2`; of an Express run `create.x.000…E.0000….2026…`. */
const KEY = /attr=([^/]+)\/sha256=([0-9a-f]+)(?:\/\w+\.(?:(\w+)|x\.0+([A-Z])\.(\w+))\.\d+T\w+(?:\.(\d+))?)?/;

export function runText(run: RunName): string {
  return formatRun(run);
}

function textsOf({ writes, initial }: Configuration): ReadonlyMap<string, string> {
  const written = writes.flatMap(({ large = {} }) => Object.values(large).map(textOf));
  const texts = [...written, ...Object.values(initial?.large ?? {})];
  return new Map(texts.flatMap((text) => [[sha256(text), text] as const, [md5(text), text] as const]));
}
