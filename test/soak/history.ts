// Whether what clients saw of an item can have happened one write at a time, each between its start and its end
// (linearizability, Herlihy and Wing 1990). Checked event by event: of the orders that are still possible only the states
// that they lead to are kept.

/** An item as the load writes it. */
export interface ItemState {
  readonly version: number;
  /** The run that wrote last. */
  readonly last: string;
  /** The run that put the content of its large attribute. */
  readonly page: string;
  /** How many updates there were. */
  readonly writes: number;
}

/** What a client asked of an item, and learned. Times are milliseconds of one clock. */
export type Operation = {
  readonly name: string;
  readonly from: number;
  /** Infinity while nobody knows. */
  readonly to: number;
} & (
  | {
      readonly kind: 'create' | 'update' | 'delete';
      /** Whether it took effect: `maybe` of a run whose outcome is unknown. */
      readonly applied: 'yes' | 'maybe';
      /** The version that the run says it wrote; undefined where it does not tell. */
      readonly version: number | undefined;
      /** Whether it sets the content of the large attribute. */
      readonly setsPage: boolean;
    }
  /** An item was there, or none was: what a refusal tells. */
  | { readonly kind: 'met'; readonly item: boolean }
  | { readonly kind: 'read'; readonly seen: ItemState | undefined }
);

/** One possible past: what it has led to, and the operations under way that have already taken effect in it. */
interface Past {
  readonly state: ItemState | undefined;
  readonly done: ReadonlySet<Operation>;
}

/**
 * Looks for an order of one item's operations in which each is right.
 * @returns undefined, or the operation that none of the possible pasts allows, in words
 */
export function historyViolation(operations: readonly Operation[]): string | undefined {
  const underWay = new Set<Operation>();
  let pasts: readonly Past[] = [{ state: undefined, done: new Set() }];
  for (const { operation, ends } of events(operations)) {
    if (!ends) {
      underWay.add(operation);
      continue;
    }
    const possible = extended(pasts, underWay).filter(({ done }) => done.has(operation));
    if (possible.length === 0) return explain(operation, pasts);
    underWay.delete(operation);
    pasts = distinct(possible.map(({ state, done }) => ({ state, done: without(done, operation) })));
  }
  return undefined;
}

function events(operations: readonly Operation[]) {
  return operations
    .flatMap((operation) => [
      { operation, at: operation.from, ends: false },
      ...(Number.isFinite(operation.to) ? [{ operation, at: operation.to, ends: true }] : []),
    ])
    .sort((one, other) => one.at - other.at || Number(one.ends) - Number(other.ends));
}

/** These pasts, and what becomes of them when any of the operations under way take effect, in any order. */
function extended(pasts: readonly Past[], underWay: ReadonlySet<Operation>): readonly Past[] {
  const all = new Map<string, Past>();
  const add = ({ state, done }: Past): void => {
    const seen = [...underWay].filter((operation) => isTrueOf(operation, state));
    const past = { state, done: new Set([...done, ...seen]) };
    const key = keyOf(past);
    if (all.has(key)) return;
    all.set(key, past);
    for (const operation of underWay) {
      if (past.done.has(operation)) continue;
      const next = after(operation, state);
      if (next !== 'impossible') add({ state: next, done: new Set([...past.done, operation]) });
    }
  };
  for (const past of pasts) add(past);
  return [...all.values()];
}

/** Whether the state is what a client has seen, who changes nothing: then this may be the moment. */
function isTrueOf(operation: Operation, state: ItemState | undefined): boolean {
  if (operation.kind === 'met') return operation.item === (state !== undefined);
  return operation.kind === 'read' && same(operation.seen, state);
}

function after(operation: Operation, state: ItemState | undefined): ItemState | undefined | 'impossible' {
  if (operation.kind === 'met' || operation.kind === 'read') return 'impossible';
  const { kind, name, setsPage } = operation;
  if (kind === 'delete') return undefined;
  if ((kind === 'create') !== (state === undefined)) return 'impossible';
  const next = {
    version: (state?.version ?? 0) + 1,
    last: name,
    page: state === undefined || setsPage ? name : state.page,
    writes: state === undefined ? 0 : state.writes + 1,
  };
  return operation.version === undefined || operation.version === next.version ? next : 'impossible';
}

function same(one: ItemState | undefined, other: ItemState | undefined): boolean {
  return stateText(one) === stateText(other);
}

function stateText(state: ItemState | undefined): string {
  return state === undefined
    ? 'no item'
    : `version ${state.version} by ${state.last}, content of ${state.page}, ${state.writes} updates`;
}

function keyOf({ state, done }: Past): string {
  return JSON.stringify([stateText(state), ...[...done].map(({ name }) => name).sort()]);
}

function distinct(pasts: readonly Past[]): readonly Past[] {
  return [...new Map(pasts.map((past) => [keyOf(past), past])).values()];
}

function without(done: ReadonlySet<Operation>, operation: Operation): ReadonlySet<Operation> {
  return new Set([...done].filter((each) => each !== operation));
}

function explain(operation: Operation, pasts: readonly Past[]): string {
  const before = [...new Set(pasts.map(({ state }) => stateText(state)))].join('; or ');
  return `${operation.name} ${claim(operation)}, but before it there was ${before}`;
}

function claim(operation: Operation): string {
  switch (operation.kind) {
    case 'met':
      return operation.item ? 'met an item' : 'met none';
    case 'read':
      return `read ${stateText(operation.seen)}`;
    default:
      return `${operation.kind}d it${operation.version === undefined ? '' : ` as version ${operation.version}`}`;
  }
}
