// The type of a store's items, as a user of the client describes it, and what follows from it for inputs and answers.

import type { NumberValueImpl as NumberValue } from '@aws-sdk/util-dynamodb';
import type { Attributes, Content, Key, LargeAttribute, Value } from './types.ts';

/**
 * What the items of a store have, for `new LargeItemClient<Cat>(...)` and the like:
 *
 * - `key`: the attributes of the table's key
 * - `attributes`: the plain ones; those with a `?` may be missing, so `create` does without them and `remove` may name
 *   them. A number may be read as a `bigint` or `NumberValue` where a double does not hold it, see {@link Value}
 * - `large`: the names of the large ones. As a union, each may be missing; as an object type, those with a `?`
 *
 * It is a promise: the compiler holds your code to it, nothing looks at items that are stored already. Condition and
 * update expressions are DynamoDB's language, whose names are not checked. What DynamoDB has no type for, such as a Date, a
 * Map or `undefined`, may be declared but not be given: see {@link Storable}.
 *
 * @example
 * interface Cat {
 *   key: { id: string };
 *   attributes: { title: string; tags?: Set<string>; views?: number };
 *   large: 'page' | 'picture'; // or, if each cat has a page: { page: Content; picture?: Content }
 * }
 */
export interface Document {
  readonly key: object;
  readonly attributes?: object;
  readonly large?: string | object;
}

/** Items of any kind: what a client without a type argument takes and gives. */
export interface AnyDocument {
  readonly key: Key;
  readonly attributes: Attributes;
  readonly large: Readonly<Record<string, Content>>;
}

type Empty = Record<never, never>;
type Nothing = Readonly<Record<string, never>>;

/** The plain attributes; none, unless the document has some. */
export type AttributesOf<Doc extends Document> = Doc extends { readonly attributes: infer All extends object }
  ? Readonly<All>
  : Nothing;

/** An object type that has the large attributes as its properties. */
type LargeOf<Doc extends Document> = Doc extends { readonly large: infer All extends string | object }
  ? [All] extends [string]
    ? { readonly [Name in All]?: Content }
    : All
  : Nothing;

export type LargeNames<Doc extends Document> =
  IsNothing<LargeOf<Doc>> extends true ? never : string & keyof LargeOf<Doc>;

/** The names of the plain attributes. */
export type PlainNames<Doc extends Document> =
  IsNothing<AttributesOf<Doc>> extends true ? never : string & keyof AttributesOf<Doc>;

/** The names of plain and large attributes: what a projection may name. */
export type Names<Doc extends Document> = PlainNames<Doc> | LargeNames<Doc>;

/** The named ones of the plain attributes. */
export type PlainOf<Doc extends Document, Name extends string> =
  IsAny<AttributesOf<Doc>> extends true
    ? AttributesOf<Doc>
    : { readonly [Each in keyof AttributesOf<Doc> as Each & Name]: AttributesOf<Doc>[Each] };

/** What is given for each of the large attributes. */
export type ContentsOf<Doc extends Document> = Readonly<{
  [Name in keyof LargeOf<Doc>]: LargeOf<Doc>[Name] extends never ? never : LargeAttribute | Content;
}>;

/** Something for each of the named large attributes. */
export type ForEachLarge<Doc extends Document, Name extends string, T> =
  IsAny<LargeOf<Doc>> extends true
    ? Readonly<Record<string, T>>
    : { readonly [Each in keyof LargeOf<Doc> as Each & Name]: T };

/** Any of the attributes, with the values that each has when it is there. */
export type Some<All extends object> =
  IsAny<All> extends true ? All : { readonly [Name in keyof All]?: Exclude<All[Name], undefined> };

/** The plain attributes as they may be given. */
export type GivenOf<Doc extends Document> =
  IsAny<AttributesOf<Doc>> extends true ? AttributesOf<Doc> : EachStorable<AttributesOf<Doc>>;

/** The key as it may be given. */
export type KeyOf<Doc extends Document> =
  IsAny<Doc['key']> extends true ? Readonly<Doc['key']> : EachStorable<Readonly<Doc['key']>>;

type EachStorable<All extends object> = { [Name in keyof All]: Storable<All[Name]> };

/**
 * The type as far as DynamoDB has one for its values: `never` in place of dates, maps, functions and instances of classes,
 * and without `undefined`. Optional properties stay optional: only the compiler's `exactOptionalPropertyTypes` keeps
 * `undefined` from them.
 */
export type Storable<T> =
  IsAnything<T> extends true
    ? T
    : unknown extends T
      ? Value
      : T extends string | number | bigint | boolean | null | NumberValue | Uint8Array
        ? T
        : T extends ReadonlySet<infer Member>
          ? [Member] extends [string | AnyNumber | Uint8Array]
            ? T
            : never
          : T extends ((...given: never) => unknown) | symbol | undefined
            ? never
            : { [Name in keyof T]: Storable<T[Name]> };

/** Names of what may be missing. */
export type Optional<Doc extends Document> = OptionalNames<AttributesOf<Doc>> | OptionalNames<LargeOf<Doc>>;

/** What can be added to each of the numbers and sets. */
export type AddendsOf<Doc extends Document> =
  IsAny<AttributesOf<Doc>> extends true
    ? AttributesOf<Doc>
    : {
        readonly [Name in keyof AttributesOf<Doc> as [Addend<AttributesOf<Doc>[Name]>] extends [never]
          ? never
          : Name]?: Addend<AttributesOf<Doc>[Name]>;
      };

/** DynamoDB's own spelling of values says nothing of their types, so only documents of any kind may have it. */
export type FormatOf<Doc extends Document> =
  IsAny<AttributesOf<Doc>> extends true ? 'json' | 'dynamodb' : 'json';

/** A property that may be left out if all of its own may be. */
export type Field<Name extends string, T> = string extends keyof T
  ? { readonly [Each in Name]?: T | undefined }
  : Empty extends T
    ? { readonly [Each in Name]?: T | undefined }
    : { readonly [Each in Name]: T };

type IsNothing<All> = [All[keyof All]] extends [never] ? true : false;
/** Whether the names may be any text. */
type IsAny<All> = string extends keyof All ? (IsNothing<All> extends true ? false : true) : false;

/** Whether it is `any`. */
type IsAnything<T> = 0 extends 1 & T ? true : false;

type OptionalNames<All> =
  IsNothing<All> extends true
    ? never
    : IsAny<All> extends true
      ? string
      : string & { [Name in keyof All]-?: Empty extends Pick<All, Name> ? Name : never }[keyof All];

type AnyNumber = number | bigint | NumberValue;
type Addend<T> = T extends AnyNumber
  ? AnyNumber
  : T extends ReadonlySet<infer Member>
    ? ReadonlySet<Member>
    : never;
