// What a query or a scan is for, as options give it: partition, conditions on the sort key, filter.

import { type Command, InvalidArgumentError } from 'commander';
import type { Expression, Value } from '../../client/index.ts';
import { type KeySchema, keyAttributes } from '../../core/keys/item-key.ts';
import { BASE64 } from '../../core/values/attributes.ts';
import { UsageError } from '../errors.ts';
import { parseExactNumber } from '../exact-json.ts';
import { asJson, asText, type Pairs, pairs } from './pairs.ts';

export interface SearchInput {
  readonly index?: string;
  readonly type?: Pairs<KeyType>;
  readonly filter?: string;
  readonly name?: Pairs<string>;
  readonly value?: Pairs<Value>;
}

export interface KeyConditions extends SearchInput {
  readonly partition: Pairs<string>;
  readonly eq?: Pairs<string>;
  readonly lt?: Pairs<string>;
  readonly lte?: Pairs<string>;
  readonly gt?: Pairs<string>;
  readonly gte?: Pairs<string>;
  readonly beginsWith?: Pairs<string>;
}

type KeyType = 'S' | 'N' | 'B';
type Condition = Readonly<Record<string, Value | readonly [Value, Value]>>;

const CONDITIONS = ['eq', 'lt', 'lte', 'gt', 'gte', 'beginsWith'] as const;

/** Adds what chooses items by their key. */
export function withKeyConditions(command: Command): Command {
  return command
    .requiredOption(
      '--partition <name=value>',
      'the partition key; of an index, its own, each attribute of it',
      pairs(asText),
    )
    .option('--eq <name=value>', 'the sort key is', pairs(asText))
    .option('--lt <name=value>', 'the sort key is less than', pairs(asText))
    .option('--lte <name=value>', '... or equal', pairs(asText))
    .option('--gt <name=value>', 'the sort key is greater than', pairs(asText))
    .option('--gte <name=value>', '... or equal; with --lte: between both', pairs(asText))
    .option('--begins-with <name=value>', 'the sort key begins with', pairs(asText))
    .option(
      '--type <name=type>',
      "type of an index's key attribute: S, N or B (default: S; the table's own are known)",
      pairs(asType),
    );
}

/** Adds what every search takes. */
export function withSearch(command: Command): Command {
  return command
    .option('--index <name>', 'look in this index: items are as it has them')
    .option('--filter <expression>', 'a DynamoDB filter: what does not meet it is paid for, but not given')
    .option('--name <#placeholder=attribute>', 'an attribute name in the filter', pairs(asText))
    .option('--value <:placeholder=json>', 'a value in the filter', pairs(asJson));
}

/** @throws {UsageError} for names or values without a filter */
export function filterIn({ filter, name, value }: SearchInput): Expression | undefined {
  if (filter !== undefined) {
    return { expression: filter, ...(name && { names: name }), ...(value && { values: value }) };
  }
  if (name ?? value) throw new UsageError(`--${name ? 'name' : 'value'}: there is no --filter`);
  return undefined;
}

/** @throws {UsageError} for values that are not of the key's type, and conditions that DynamoDB has not */
export function conditionsIn(
  options: KeyConditions,
  schema: KeySchema,
): {
  readonly partition: Readonly<Record<string, Value>>;
  readonly sort?: Readonly<Record<string, Condition>>;
} {
  const types = typesOf(options, schema);
  const typed = (option: string, given: Pairs<string>): [string, Value][] =>
    Object.entries(given).map(([name, text]) => [
      name,
      typedValue(option, name, text, types.get(name) ?? 'S'),
    ]);
  const conditions = new Map<string, Record<string, Value>>();
  for (const kind of CONDITIONS) {
    for (const [name, value] of typed(flagOf(kind), options[kind] ?? {})) {
      conditions.set(name, { ...conditions.get(name), [kind]: value });
    }
  }
  const sort = [...conditions].map(([name, given]) => [name, conditionOf(name, given)] as const);
  return {
    partition: Object.fromEntries(typed('--partition', options.partition)),
    ...(sort.length > 0 && { sort: Object.fromEntries(sort) }),
  };
}

/** DynamoDB takes one condition on a sort key; two bounds that it includes are one. */
function conditionOf(name: string, given: Readonly<Record<string, Value>>): Condition {
  const kinds = Object.keys(given);
  if (kinds.length === 1) return given;
  const { gte, lte, ...others } = given;
  if (gte !== undefined && lte !== undefined && Object.keys(others).length === 0)
    return { between: [gte, lte] };
  const flags = kinds.map((kind) => flagOf(kind)).join(', ');
  throw new UsageError(`${flags}: one condition on ${name}, or --gte with --lte; --filter takes any`);
}

function flagOf(kind: string): string {
  return `--${kind.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function typesOf({ type = {} }: KeyConditions, schema: KeySchema): ReadonlyMap<string, KeyType> {
  const own = new Map(keyAttributes(schema).map(({ name, type }) => [name, type]));
  const other = Object.entries(type).find(([name, given]) => own.has(name) && own.get(name) !== given);
  if (other !== undefined) {
    throw new UsageError(`--type ${other[0]}: the table's key has it as ${own.get(other[0])}`);
  }
  return new Map([...Object.entries(type), ...own]);
}

function typedValue(option: string, name: string, text: string, type: KeyType): Value {
  if (type === 'S') return text;
  if (type === 'B') {
    if (!BASE64.test(text)) throw new UsageError(`${option} ${name}: expected base64, got "${text}"`);
    return new Uint8Array(Buffer.from(text, 'base64'));
  }
  const number = parseExactNumber(text);
  if (number === undefined) throw new UsageError(`${option} ${name}: expected a number, got "${text}"`);
  return number;
}

function asType(text: string): KeyType {
  if (text === 'S' || text === 'N' || text === 'B') return text;
  throw new InvalidArgumentError('Expected S, N or B.');
}
