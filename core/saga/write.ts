// The item's one write (rule 2): the TransactWriteItems request of a plan. It depends on the execution's input
// and the plan alone, so writing again sends the same request with the same token.

import { SECTIONS, type Section, type Sections } from '../contract/expressions.ts';
import type { CreateRequest, DeleteRequest, SagaRequest, UpdateRequest } from '../contract/request.ts';
import { SAGA_ATTRIBUTE } from '../errors/limits.ts';
import { writeSaga } from '../item/item.ts';
import type { AttributeValue, Item } from '../values/attributes.ts';
import { writeToken } from './digests.ts';
import type { Expected, Plan } from './plan.ts';

/** A DynamoDB TransactWriteItems request of one action, in DynamoDB's JSON (binary as base64). */
export interface WriteRequest {
  readonly ClientRequestToken: string;
  readonly TransactItems: readonly [WriteAction];
}

export type WriteAction =
  | { readonly Put: Conditional & { readonly Item: Item } }
  | { readonly Update: Conditional & { readonly Key: Item; readonly UpdateExpression: string } }
  | { readonly Delete: Conditional & { readonly Key: Item } };

interface Conditional {
  readonly TableName: string;
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
  /** So that a failed condition tells what it met. */
  readonly ReturnValuesOnConditionCheckFailure: 'ALL_OLD';
}

export function writeRequest(table: string, request: SagaRequest, plan: Plan): WriteRequest {
  return {
    ClientRequestToken: writeToken(plan.run, plan.number),
    TransactItems: [writeAction(table, request, plan)],
  };
}

function writeAction(table: string, request: SagaRequest, plan: Plan): WriteAction {
  switch (request.operation) {
    case 'create':
      return { Put: putAction(table, request, plan) };
    case 'update':
      return { Update: updateAction(table, request, plan) };
    case 'delete':
      return { Delete: deleteAction(table, request, plan) };
  }
}

function putAction(table: string, request: CreateRequest, plan: Plan) {
  const terms = new Terms();
  const condition = expectedCondition(plan.expected, request.key, terms);
  return {
    Item: { ...request.attributes, ...ownAttributes(plan), ...request.key },
    ...conditional(table, condition, terms),
  };
}

function updateAction(table: string, request: UpdateRequest, plan: Plan) {
  const terms = new Terms();
  terms.adopt(request.updateExpression);
  terms.adopt(request.condition);
  const condition = [
    expectedCondition(plan.expected, request.key, terms),
    ...(request.condition === undefined ? [] : [`(${request.condition.expression})`]),
  ].join(' AND ');
  const set = { ...request.set, ...ownAttributes(plan) };
  const own = {
    SET: Object.entries(set).map(([name, value]) => `${terms.name(name)} = ${terms.value(value)}`),
    REMOVE: request.remove.map((name) => terms.name(name)),
    ADD: Object.entries(request.add).map(([name, value]) => `${terms.name(name)} ${terms.value(value)}`),
    DELETE: [],
  };
  return {
    Key: request.key,
    UpdateExpression: joinSections(own, request.updateExpression?.sections ?? {}),
    ...conditional(table, condition, terms),
  };
}

function deleteAction(table: string, request: DeleteRequest, plan: Plan) {
  const terms = new Terms();
  const condition = expectedCondition(plan.expected, request.key, terms);
  return { Key: request.key, ...conditional(table, condition, terms) };
}

/** Pointers and `_saga`, as the write leaves them. */
function ownAttributes(plan: Plan): Item {
  const pointers = Object.entries(plan.pointers).map(([name, pointer]) => [name, { S: pointer }] as const);
  return {
    ...Object.fromEntries(pointers),
    ...(plan.saga === null ? {} : { [SAGA_ATTRIBUTE]: writeSaga(plan.saga) }),
  };
}

function expectedCondition(expected: Expected, key: Item, terms: Terms): string {
  const exists = (negated: boolean) =>
    `attribute_${negated ? 'not_' : ''}exists(${terms.name(Object.keys(key)[0] as string)})`;
  const saga = () => terms.name(SAGA_ATTRIBUTE);
  const stand = (pointers: Readonly<Record<string, string>> = {}) =>
    Object.entries(pointers).map(([name, pointer]) => `${terms.name(name)} = ${terms.value({ S: pointer })}`);
  switch (expected.kind) {
    case 'absent':
      return exists(true);
    case 'saga':
      return [
        `${saga()}.${terms.name('createdBy')} = ${terms.value({ S: expected.createdBy })}`,
        `${saga()}.${terms.name('version')} = ${terms.value({ N: String(expected.version) })}`,
        ...stand(expected.pointers),
      ].join(' AND ');
    case 'foreign':
      return [exists(false), `attribute_not_exists(${saga()})`, ...stand(expected.pointers)].join(' AND ');
  }
}

function conditional(table: string, condition: string, terms: Terms): Conditional {
  return {
    TableName: table,
    ConditionExpression: condition,
    ExpressionAttributeNames: terms.names,
    ...(Object.keys(terms.values).length > 0 && { ExpressionAttributeValues: terms.values }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

function joinSections(own: Readonly<Record<Section, readonly string[]>>, callers: Sections): string {
  return SECTIONS.flatMap((section) => {
    const clauses = [...own[section], ...(callers[section] === undefined ? [] : [callers[section].trim()])];
    return clauses.length === 0 ? [] : [`${section} ${clauses.join(', ')}`];
  }).join(' ');
}

/** Placeholders of one request: the caller's as they are, the saga's own numbered in order of use. */
class Terms {
  readonly names: Record<string, string> = {};
  readonly values: Record<string, AttributeValue> = {};
  readonly #own = new Map<string, string>();

  adopt(expression: { names: Readonly<Record<string, string>>; values: Item } | undefined): void {
    Object.assign(this.names, expression?.names);
    Object.assign(this.values, expression?.values);
  }

  name(attribute: string): string {
    const known = this.#own.get(attribute);
    if (known !== undefined) return known;
    const placeholder = `#tw_${this.#own.size}`;
    this.#own.set(attribute, placeholder);
    this.names[placeholder] = attribute;
    return placeholder;
  }

  value(value: AttributeValue): string {
    const placeholder = `:tw_${Object.keys(this.values).length}`;
    this.values[placeholder] = value;
    return placeholder;
  }
}
