// S3's XML as the SDK's members, and the other way round; checksums of what is sent.

import { XMLParser } from 'fast-xml-parser';
import { own } from '../../../records.ts';
import { checksumHeader, createDigest, parseAlgorithm } from '../../../s3/checksums.ts';
import { isObject, type Json, type JsonObject } from '../../json.ts';

/** Elements that repeat: what the SDK calls the list of them. */
const FLAT_LISTS: Readonly<Record<string, string>> = {
  ChecksumAlgorithm: 'ChecksumAlgorithm',
  CommonPrefixes: 'CommonPrefixes',
  Contents: 'Contents',
  Deleted: 'Deleted',
  Error: 'Errors',
  Part: 'Parts',
  Upload: 'Uploads',
};
/** Elements that hold a list, and the elements in it. */
const WRAPPED_LISTS: Readonly<Record<string, string>> = { Buckets: 'Bucket', TagSet: 'Tag' };
/** The same in what is sent: the element for each item of a list. */
const ITEM_ELEMENTS: Readonly<Record<string, string>> = { Objects: 'Object', Parts: 'Part' };

const NUMBERS =
  /^(Size|PartNumber|KeyCount|Max[A-Z]\w*|NextPartNumberMarker|PartNumberMarker|TagCount|PartsCount|ContentLength)$/;
const FLAGS = /^(IsTruncated|DeleteMarker|Quiet)$/;
const TIMES = /^(LastModified|CreationDate|Initiated)$/;

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  parseTagValue: false,
  htmlEntities: true,
  processEntities: {
    enabled: true,
    maxTotalExpansions: Number.MAX_SAFE_INTEGER,
    maxExpandedLength: Number.MAX_SAFE_INTEGER,
  },
  removeNSPrefix: true,
  trimValues: false,
});

/** The members of an answer's document. */
export function parseDocument(xml: string): JsonObject {
  if (xml === '') return {};
  const root: unknown = Object.values(parser.parse(xml) as object)[0];
  return isObject(root) ? members(root) : {};
}

/** The text of a document without elements. */
export function parseText(xml: string): string {
  const root: unknown = Object.values(parser.parse(xml) as object)[0];
  return typeof root === 'string' ? root : '';
}

export function renderDocument(root: string, value: JsonObject): string {
  return `<?xml version="1.0" encoding="UTF-8"?><${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${render(value)}</${root}>`;
}

/** The header that carries the checksum of what is sent. */
export function checksumOf(name: string, bytes: string): Record<string, string> {
  const algorithm = parseAlgorithm(name);
  const digest = createDigest(algorithm);
  digest.update(Buffer.from(bytes));
  return { [checksumHeader(algorithm)]: digest.digest().toString('base64') };
}

/** A member by its type in the SDK. Times are as the SDK for Java writes them: without a fraction that is zero. */
export function typed(name: string, text: string): Json {
  if (NUMBERS.test(name)) return Number(text);
  if (FLAGS.test(name)) return text === 'true';
  if (TIMES.test(name)) return new Date(text).toISOString().replace('.000Z', 'Z');
  return text;
}

function members(element: JsonObject): JsonObject {
  const found: JsonObject = {};
  for (const [name, child] of Object.entries(element)) {
    const wrapped = own(WRAPPED_LISTS, name);
    const flat = own(FLAT_LISTS, name);
    if (name === '#text') continue;
    if (wrapped !== undefined)
      found[name] = listOf(wrapped, isObject(child) ? (own(child, wrapped) ?? []) : []);
    else if (flat !== undefined) found[flat] = listOf(name, child);
    else found[name] = memberValue(name, child);
  }
  return found;
}

function listOf(name: string, child: Json): Json[] {
  return (Array.isArray(child) ? child : [child]).map((item) => memberValue(name, item));
}

function memberValue(name: string, child: Json): Json {
  return isObject(child) ? members(child) : typed(name, String(child));
}

function render(value: Json): string {
  if (!isObject(value)) return escapeText(typeof value === 'string' ? value : JSON.stringify(value));
  return Object.entries(value)
    .map(([name, child]) => renderMember(name, child))
    .join('');
}

function renderMember(name: string, child: Json): string {
  if (!Array.isArray(child)) return element(name, render(child));
  const wrapped = own(WRAPPED_LISTS, name);
  const items = child
    .map((item) => element(wrapped ?? own(ITEM_ELEMENTS, name) ?? name, render(item)))
    .join('');
  return wrapped === undefined ? items : element(name, items);
}

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

function escapeText(text: string): string {
  return text.replace(/[&<>]|\p{Cc}/gu, (character) => `&#x${character.charCodeAt(0).toString(16)};`);
}
