// The input of the execution that a write of a configuration becomes.

import { createHash } from 'node:crypto';
import { type LargeValue, textOf, type Write } from '../state/configuration.ts';

/** Bytes that a text stands for. */
export function sizeOf(text: string): number {
  return isBig(text) ? 6 * 1024 ** 3 : Buffer.byteLength(text);
}

/** Whether a text stands for more than S3 copies in one piece. */
export function isBig(text: string): boolean {
  return text.startsWith('BIG');
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** As pynamodb_mate names contents. */
export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** The execution's input; a client that starts the run makes its own. */
export function inputOf(write: Write, stagingPrefix: string): Readonly<Record<string, unknown>> {
  const fields = fieldsOf(write);
  if (Object.keys(write.large ?? {}).length === 0) return fields;
  const large = Object.entries(write.large ?? {}).map(([name, value]) => [
    name,
    contentOf(value, stagingPrefix),
  ]);
  return { ...fields, largeAttributes: Object.fromEntries(large) };
}

/** What a caller of the client gives: the same, with contents instead of staged objects. */
export function clientInputOf(write: Write): Readonly<Record<string, unknown>> {
  const large = Object.entries(write.large ?? {}).map(([name, value]) => [name, { content: textOf(value) }]);
  return { ...fieldsOf(write), ...(large.length > 0 && { largeAttributes: Object.fromEntries(large) }) };
}

function fieldsOf(write: Write): Readonly<Record<string, unknown>> {
  const {
    operation,
    plain,
    remove,
    expectedVersion,
    condition,
    cleanUp,
    onlyIfAbsent,
    overwrite,
    createIfMissing,
    addsNothing,
    item = 'k',
  } = write;
  const key = { id: item };
  const common = { ...(expectedVersion && { expectedVersion }), ...(cleanUp && { cleanUp }) };
  switch (operation) {
    case 'create':
      return {
        key,
        attributes: { views: 0, ...plain },
        ...(onlyIfAbsent && { onlyIfAbsent }),
        ...(overwrite && { overwrite }),
        ...common,
      };
    case 'update':
      // Applied twice it shows.
      return {
        key,
        ...(!addsNothing && { add: { views: 1 } }),
        ...(remove && { remove }),
        ...(plain && { set: plain }),
        ...(condition && { condition }),
        ...(createIfMissing && { createIfMissing }),
        ...common,
      };
    case 'delete':
      return { key, ...common };
  }
}

function contentOf(value: LargeValue, stagingPrefix: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'string') return { text: value };
  const { staged, text } = value;
  return { staged: { key: `${stagingPrefix}/${staged}`, sha256: sha256(text), size: sizeOf(text) } };
}
