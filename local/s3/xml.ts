// S3's XML, written and read.

import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { own } from '../records.ts';
import { s3Error } from './errors.ts';

/** Text, nested elements, or repeated ones; what is undefined is left out. `@name` is an attribute. */
export type XmlValue = string | number | boolean | undefined | XmlElement | readonly XmlValue[];
export interface XmlElement {
  readonly [name: string]: XmlValue;
}

const ATTRIBUTE = '@';
const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** An answer's document, in S3's namespace. */
export function renderDocument(root: string, content: XmlElement | string): string {
  return `${DECLARATION}<${root} xmlns="${NAMESPACE}">${renderValue(content)}</${root}>`;
}

/** An error's document; it has no namespace. */
export function renderError(content: XmlElement): string {
  return `${DECLARATION}<Error>${renderValue(content)}</Error>`;
}

/**
 * The element `root` of a request's document.
 * @throws {ServiceError} MalformedXML when it is not well-formed, or has another root
 */
export function parseDocument(text: string, root: string): ParsedElement {
  // A document type could declare entities; S3's schemas have none.
  const document = /<!DOCTYPE/i.test(text) ? undefined : parsed(text);
  const element = new ParsedElement(document).children(root)[0];
  if (!element) {
    throw s3Error('MalformedXML');
  }
  return element;
}

/** Undefined when it is not well-formed, or nested deeper than any document of S3. */
function parsed(text: string): unknown {
  try {
    return XMLValidator.validate(text) === true ? parser.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

/** An element that was read, with its children by name. */
export class ParsedElement {
  readonly #node: unknown;

  constructor(node: unknown) {
    this.#node = node;
  }

  children(name: string): ParsedElement[] {
    if (typeof this.#node !== 'object' || this.#node === null || !Object.hasOwn(this.#node, name)) {
      return [];
    }
    const found = (this.#node as Record<string, unknown>)[name];
    return (Array.isArray(found) ? found : [found]).map((node) => new ParsedElement(node));
  }

  /** The text of the child `name`, or undefined when there is none. */
  text(name: string): string | undefined {
    return this.children(name)[0]?.content();
  }

  content(): string {
    if (typeof this.#node === 'string') {
      return unescapeText(this.#node);
    }
    const [text] = this.children('#text');
    return text?.content() ?? '';
  }
}

// Entities are resolved here, not by the parser: its limit on their number is below what 1,000 keys may need.
const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  parseTagValue: false,
  processEntities: false,
  removeNSPrefix: true,
  trimValues: false,
});

const NAMED_ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  apos: "'",
  gt: '>',
  lt: '<',
  quot: '"',
};

function unescapeText(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (_, hex, decimal, name) => {
    if (name !== undefined) {
      const character = own(NAMED_ENTITIES, name);
      if (character === undefined) throw s3Error('MalformedXML');
      return character;
    }
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    if (!isCharacter(point)) throw s3Error('MalformedXML');
    return String.fromCodePoint(point);
  });
}

/** No surrogate and nothing beyond Unicode; control characters come in keys, as S3 itself writes them. */
function isCharacter(point: number): boolean {
  return point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff);
}

function renderValue(value: XmlValue): string {
  if (typeof value !== 'object') {
    return value === undefined ? '' : escapeText(String(value));
  }
  return Object.entries(value)
    .filter(([name]) => !name.startsWith(ATTRIBUTE))
    .map(([name, child]) => renderElement(name, child))
    .join('');
}

function renderElement(name: string, value: XmlValue): string {
  if (value === undefined) {
    return '';
  }
  if (Array.isArray(value)) {
    return value.map((item) => renderElement(name, item)).join('');
  }
  return `<${name}${renderAttributes(value)}>${renderValue(value)}</${name}>`;
}

function renderAttributes(value: XmlValue): string {
  if (typeof value !== 'object') {
    return '';
  }
  return Object.entries(value)
    .filter(([name]) => name.startsWith(ATTRIBUTE))
    .map(([name, text]) => ` ${name.slice(ATTRIBUTE.length)}="${escapeText(String(text))}"`)
    .join('');
}

/** Control characters go out as references, as S3 does it; a parser may refuse them (hence encoding-type=url). */
function escapeText(text: string): string {
  return text.replace(/[&<>\x22]|\p{Cc}/gu, (character) => {
    switch (character) {
      case '&':
        return '&amp;';
      case '<':
        return '&lt;';
      case '>':
        return '&gt;';
      case '"':
        return '&quot;';
      default:
        return `&#x${character.charCodeAt(0).toString(16)};`;
    }
  });
}
