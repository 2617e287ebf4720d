// An execution's input against one table: typed values, and every rule that needs no look at the stored item.

import { invalidInput } from '../errors/errors.ts';
import { SAGA_ATTRIBUTE } from '../errors/limits.ts';
import { keyAttributes, toKey } from '../keys/item-key.ts';
import type { StoreShape } from '../keys/object-key.ts';
import { isStaged } from '../keys/pointer.ts';
import type { Operation } from '../keys/run.ts';
import { type AttributeFormat, type Item, toItem } from '../values/attributes.ts';
import type { LargeAttributeInput, ParsedInput } from './contract.ts';
import {
  type Expression,
  mentionedAttributes,
  OWN_PLACEHOLDER,
  parseUpdateExpression,
  RESERVED_PLACEHOLDER,
  type Sections,
} from './expressions.ts';

interface RequestBase {
  readonly key: Item;
  readonly cleanUp: { readonly whenFailed: boolean; readonly whenSucceeded: boolean };
}

export interface CreateRequest extends RequestBase {
  readonly operation: 'create';
  readonly attributes: Item;
  readonly largeAttributes: Readonly<Record<string, LargeAttributeInput>>;
  /** Whether an item that is there is replaced, all of it. */
  readonly overwrite: boolean;
  readonly expectedVersion: number | undefined;
}

export interface UpdateRequest extends RequestBase {
  readonly operation: 'update';
  readonly set: Item;
  readonly remove: readonly string[];
  readonly add: Item;
  readonly updateExpression: UpdateExpression | undefined;
  readonly condition: TypedExpression | undefined;
  readonly largeAttributes: Readonly<Record<string, LargeAttributeInput>>;
  readonly expectedVersion: number | undefined;
  /** Whether an item that is not there is created. */
  readonly createIfMissing: boolean;
}

export interface DeleteRequest extends RequestBase {
  readonly operation: 'delete';
  readonly expectedVersion: number | undefined;
  readonly mustExist: boolean;
}

export type SagaRequest = CreateRequest | UpdateRequest | DeleteRequest;

/** A caller's expression, its values typed. */
export interface TypedExpression {
  readonly expression: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Item;
}

export interface UpdateExpression extends TypedExpression {
  readonly sections: Sections;
  /** Top-level attributes that it mentions. */
  readonly attributes: ReadonlySet<string>;
}

/** An input that has been checked, by its operation. */
export type CheckedInput = {
  readonly [O in Operation]: { readonly operation: O; readonly input: ParsedInput<O> };
}[Operation];

/**
 * The request that a checked input makes of a store.
 * @throws {SagaError} InvalidInput that names the field and the value
 */
export function requestOf({ operation, input }: CheckedInput, store: StoreShape): SagaRequest {
  switch (operation) {
    case 'create':
      return createRequest(input, store);
    case 'update':
      return updateRequest(input, store);
    case 'delete': {
      const { key, ...rest } = input;
      return {
        operation,
        ...rest,
        key: toKey(key, store.key, rest.attributeFormat),
        expectedVersion: rest.expectedVersion,
      };
    }
  }
}

/** The large attributes of a request; a delete has none. */
export function largeAttributesOf(request: SagaRequest): Readonly<Record<string, LargeAttributeInput>> {
  return request.operation === 'delete' ? {} : request.largeAttributes;
}

function createRequest(input: ParsedInput<'create'>, store: StoreShape): CreateRequest {
  const fields = new FieldGuard(store);
  fields.claimAll(input.attributes, 'attributes');
  fields.claimAll(input.largeAttributes, 'largeAttributes');
  checkContents(input.largeAttributes, store);
  const { overwrite, expectedVersion } = input;
  if (expectedVersion !== undefined && !overwrite) {
    throw invalidInput(
      'expectedVersion',
      expectedVersion,
      'an item that is created has none: it goes with `overwrite`',
    );
  }
  return {
    operation: 'create',
    key: toKey(input.key, store.key, input.attributeFormat),
    attributes: toItem(input.attributes, input.attributeFormat, 'attributes'),
    largeAttributes: input.largeAttributes,
    overwrite,
    expectedVersion,
    cleanUp: input.cleanUp,
  };
}

function updateRequest(input: ParsedInput<'update'>, store: StoreShape): UpdateRequest {
  const format = input.attributeFormat;
  const fields = new FieldGuard(store);
  fields.claimAll(input.set, 'set');
  input.remove.forEach((name, at) => {
    fields.claim(name, `remove[${at}]`, name);
  });
  fields.claimAll(input.add, 'add');
  fields.claimAll(input.largeAttributes, 'largeAttributes');
  checkContents(input.largeAttributes, store);
  const updateExpression =
    input.updateExpression && toUpdateExpression(input.updateExpression, format, fields);
  const condition = input.condition && typedExpression(input.condition, format, 'condition');
  checkSharedPlaceholders(updateExpression, condition);
  const { expectedVersion, createIfMissing } = input;
  if (expectedVersion !== undefined && createIfMissing) {
    throw invalidInput('createIfMissing', true, 'with an `expectedVersion` the item must be there');
  }
  return {
    operation: 'update',
    key: toKey(input.key, store.key, format),
    set: toItem(input.set, format, 'set'),
    remove: input.remove,
    add: addends(toItem(input.add, format, 'add')),
    updateExpression,
    condition,
    largeAttributes: input.largeAttributes,
    expectedVersion,
    createIfMissing,
    cleanUp: input.cleanUp,
  };
}

/** Each attribute may be written by one field of the input only, the key and `_saga` by none. */
class FieldGuard {
  readonly #claimed: Map<string, string>;

  constructor(store: StoreShape) {
    this.#claimed = new Map([
      ...keyAttributes(store.key).map(({ name }) => [name, 'key'] as const),
      [SAGA_ATTRIBUTE, 'the store itself'],
    ]);
  }

  claimAll(record: Readonly<Record<string, unknown>>, field: string): void {
    for (const [name, value] of Object.entries(record)) this.claim(name, `${field}.${name}`, value);
  }

  claim(name: string, field: string, value: unknown): void {
    const other = this.#claimed.get(name);
    if (other !== undefined) throw invalidInput(field, value, `${name} is already written by ${other}`);
    this.#claimed.set(name, field);
  }
}

function checkContents(
  largeAttributes: Readonly<Record<string, LargeAttributeInput>>,
  store: StoreShape,
): void {
  for (const [name, { staged }] of Object.entries(largeAttributes)) {
    if (staged === undefined && store.inlineContent === false) {
      throw invalidInput(
        `largeAttributes.${name}`,
        undefined,
        'this store takes content that is staged only, so that no history holds it',
      );
    }
    if (staged !== undefined && !isStaged(staged.key, store)) {
      throw invalidInput(
        `largeAttributes.${name}.staged.key`,
        staged.key,
        `not below the staging prefix ${store.stagingPrefix}/`,
      );
    }
  }
}

function toUpdateExpression(
  expression: Expression,
  format: AttributeFormat,
  fields: FieldGuard,
): UpdateExpression {
  const field = 'updateExpression';
  const attributes = mentionedAttributes(expression, `${field}.expression`);
  for (const name of attributes) fields.claim(name, `${field}.expression`, expression.expression);
  const typed = typedExpression(expression, format, field);
  return {
    ...typed,
    sections: parseUpdateExpression(typed.expression, `${field}.expression`),
    attributes,
  };
}

/**
 * An expression that a caller brings, its values typed.
 * @param field - path of the expression in the input, for errors
 * @throws {SagaError} InvalidInput for what is no expression, and for placeholders that are reserved
 */
export function typedExpression(
  { expression, names = {}, values = {} }: Expression,
  format: AttributeFormat,
  field: string,
): TypedExpression {
  mentionedAttributes({ expression, names, values }, `${field}.expression`);
  for (const [table, record] of Object.entries({ names, values })) {
    const own = Object.keys(record).find((placeholder) => OWN_PLACEHOLDER.test(placeholder));
    if (own !== undefined) throw invalidInput(`${field}.${table}.${own}`, record[own], RESERVED_PLACEHOLDER);
  }
  return { expression: expression.trim(), names, values: toItem(values, format, `${field}.values`) };
}

/** Both expressions travel in one request, so a placeholder stands for one thing in both. */
function checkSharedPlaceholders(
  update: TypedExpression | undefined,
  condition: TypedExpression | undefined,
): void {
  for (const table of ['names', 'values'] as const) {
    const others = new Map<string, unknown>(Object.entries(update?.[table] ?? {}));
    for (const [placeholder, value] of Object.entries(condition?.[table] ?? {})) {
      const other = others.get(placeholder);
      if (other !== undefined && JSON.stringify(other) !== JSON.stringify(value)) {
        throw invalidInput(
          `condition.${table}.${placeholder}`,
          value,
          'stands for something else in updateExpression',
        );
      }
    }
  }
}

/** DynamoDB adds numbers to numbers and members to sets. */
function addends(add: Item): Item {
  for (const [name, value] of Object.entries(add)) {
    if (!('N' in value || 'SS' in value || 'NS' in value || 'BS' in value)) {
      throw invalidInput(`add.${name}`, value, 'only a number or a set can be added');
    }
  }
  return add;
}
