// Attribute values and items as DynamoDB's JSON writes them: equality and order.

export type ScalarType = 'S' | 'N' | 'B';
export type AttributeType = ScalarType | 'BOOL' | 'NULL' | 'SS' | 'NS' | 'BS' | 'L' | 'M';

/** Exactly one member is set. Numbers are in canonical form once dynalite's validation has seen them. */
export interface AttributeValue {
  readonly S?: string;
  readonly N?: string;
  /** Base64. */
  readonly B?: string;
  readonly BOOL?: boolean;
  readonly NULL?: boolean;
  readonly SS?: readonly string[];
  readonly NS?: readonly string[];
  readonly BS?: readonly string[];
  readonly L?: readonly AttributeValue[];
  readonly M?: Item;
}

export type Item = Readonly<Record<string, AttributeValue>>;

/** Attribute names and list positions, from the top of the item. */
export type Path = readonly (string | number)[];

export function typeOf(value: AttributeValue): AttributeType {
  return Object.keys(value)[0] as AttributeType;
}

/** The members of a set of any type; `undefined` when the value is no set. */
export function setMembers(value: AttributeValue): readonly string[] | undefined {
  return value.SS ?? value.NS ?? value.BS;
}

export function valueAt(item: Item, path: Path): AttributeValue | undefined {
  let value: AttributeValue | undefined = { M: item };
  for (const piece of path) {
    value = typeof piece === 'number' ? value?.L?.[piece] : ownMember(value?.M, piece);
  }
  return value;
}

/** Deep equality; sets compare without order. */
export function sameValue(left: AttributeValue, right: AttributeValue): boolean {
  const type = typeOf(left);
  if (type !== typeOf(right)) return false;
  const leftSet = setMembers(left);
  const rightSet = setMembers(right);
  if (leftSet && rightSet) {
    return leftSet.length === rightSet.length && leftSet.every((member) => rightSet.includes(member));
  }
  if (left.L && right.L) return sameList(left.L, right.L);
  if (left.M && right.M) return sameItem(left.M, right.M);
  return left[type] === right[type];
}

export function sameItem(left: Item, right: Item): boolean {
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  return names.every((name) => {
    const [a, b] = [left[name], ownMember(right, name)];
    return a !== undefined && b !== undefined && sameValue(a, b);
  });
}

/**
 * Below, at or above 0 as `left` is before, equal to or after `right`; `undefined` when the two have no order.
 * Strings order by their UTF-8 bytes, binary by its bytes as unsigned.
 */
export function compareValues(left: AttributeValue, right: AttributeValue): number | undefined {
  if (left.S !== undefined && right.S !== undefined) {
    return Buffer.compare(Buffer.from(left.S), Buffer.from(right.S));
  }
  if (left.N !== undefined && right.N !== undefined) return compareNumbers(left.N, right.N);
  if (left.B !== undefined && right.B !== undefined) {
    return Buffer.compare(Buffer.from(left.B, 'base64'), Buffer.from(right.B, 'base64'));
  }
  return undefined;
}

function sameList(left: readonly AttributeValue[], right: readonly AttributeValue[]): boolean {
  return (
    left.length === right.length &&
    left.every((value, index) => sameValue(value, right[index] as AttributeValue))
  );
}

function ownMember(item: Item | undefined, name: string): AttributeValue | undefined {
  return item && Object.hasOwn(item, name) ? item[name] : undefined;
}

/** Both in full, without exponent or leading zeros. */
function compareNumbers(left: string, right: string): number {
  const [a, b] = [left.startsWith('-'), right.startsWith('-')];
  if (a !== b) return a ? -1 : 1;
  return a ? compareMagnitudes(right.slice(1), left.slice(1)) : compareMagnitudes(left, right);
}

function compareMagnitudes(left: string, right: string): number {
  const [leftWhole = '', leftFraction = ''] = left.split('.');
  const [rightWhole = '', rightFraction = ''] = right.split('.');
  if (leftWhole.length !== rightWhole.length) return leftWhole.length - rightWhole.length;
  if (leftWhole !== rightWhole) return leftWhole < rightWhole ? -1 : 1;
  if (leftFraction === rightFraction) return 0;
  return leftFraction < rightFraction ? -1 : 1;
}
