// What stays the same while a configuration is explored: its code, its definitions, and what is known of its texts.

import { formatRun, type Run as RunName } from '../../core/keys/run.ts';
import { COLD_START_SECONDS, COPY_LIFE_SECONDS, REQUEST_LIFE_SECONDS } from '../../core/saga/waits.ts';
import {
  type DefinitionChange,
  type Definitions,
  loadDefinitions,
  type Machine,
} from '../asl/definitions.ts';
import { Expressions } from '../asl/expressions.ts';
import { Code, type Functions } from '../code/code.ts';
import { loadSubject, type SourceChange, type Subject } from '../code/load.ts';
import {
  type Configuration,
  DEFAULT_KINDS,
  type FaultKind,
  textOf,
  type Write,
} from '../state/configuration.ts';
import { Interner } from '../state/interner.ts';
import { RUN_NAMES, STORES, startTimeOf, storeAt } from '../state/setting.ts';
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
  return {
    codes,
    sweepBatch: (codes[0] as Code).subject.sweepBatch,
    definitions: loadDefinitions(values),
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
  readonly #inputs: readonly unknown[];

  /** Told of each state that a run comes to, not of retries; of what was computed before it is not told again. */
  readonly onEnter: (state: string, isIteration: boolean) => void;

  constructor(product: Product, configuration: Configuration, onEnter: Model['onEnter'] = () => undefined) {
    this.onEnter = onEnter;
    this.product = product;
    this.configuration = { ...ASSUMED, ...configuration };
    this.kinds = new Set(configuration.kinds ?? DEFAULT_KINDS);
    this.texts = textsOf(configuration);
    this.#inputs = configuration.writes.map((write) =>
      inputOf(write, storeAt(write.store ?? 0).stagingPrefix),
    );
  }

  writeOf(run: Pick<Run, 'index'>): Write {
    return this.configuration.writes[run.index] as Write;
  }

  /** The execution's input. */
  inputOf(run: Run): unknown {
    return run.input ?? this.#inputs[run.index];
  }

  codeOf(store: number | undefined): Functions {
    const code = this.product.codes[store ?? 0];
    if (code === undefined)
      throw new Error('the product was loaded for fewer stores than the configuration has');
    return code;
  }

  machineOf(run: Run): Machine {
    return this.product.definitions[this.writeOf(run).operation];
  }

  /** `e:update` */
  nameOf(run: Pick<Run, 'index'>): string {
    return `${RUN_NAMES[run.index]}:${this.writeOf(run).operation}`;
  }

  runName(index: number): RunName {
    const { operation } = this.writeOf({ index });
    return { operation, name: RUN_NAMES[index] as string, startTime: startTimeOf(index) };
  }

  /** `A/Y/e`: attribute, content and run of an object; `A/Y/e2` of the series that the run's second plan began. */
  shortKey(key: string): string {
    const [, attribute, digest = '', run, series = ''] =
      /attr=([^/]+)\/sha256=([0-9a-f]+)(?:\/\w+\.(\w+)\.\w+(?:\.(\d+))?)?/.exec(key) ?? [];
    const content = this.texts.get(digest) ?? digest.slice(0, 6);
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

export function runText(run: RunName): string {
  return formatRun(run);
}

function textsOf({ writes, initial }: Configuration): ReadonlyMap<string, string> {
  const written = writes.flatMap(({ large = {} }) => Object.values(large).map(textOf));
  const texts = [...written, ...Object.values(initial?.large ?? {})];
  return new Map(texts.flatMap((text) => [[sha256(text), text] as const, [md5(text), text] as const]));
}
