// A file to which records are appended: one line of JSON each, behind a checksum of it.
// What was appended is with the operating system before the call returns, so that it outlives the process, however
// that ends. It is not forced to the disk: a loss of power may take the newest records.

import { createHash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs';
import { attempt, disk } from './disk.ts';
import { DataError } from './errors.ts';

const CHECKSUM_LENGTH = 12;
const NEWLINE = 0x0a;
const READ_BYTES = 1024 * 1024;

/** Files that may end in a part of a record, whose writing failed, and how long they were before it. */
const torn = new Map<string, number>();

/**
 * Appends records, creating the file if need be: all of them, or none and the system's error is thrown. A process that
 * is killed meanwhile leaves some, in order.
 */
export function appendRecords(path: string, records: readonly unknown[]): void {
  const bytes = Buffer.from(records.map(lineOf).join(''));
  const file = disk.openSync(path, 'a');
  try {
    cutTorn(path, file);
    torn.set(path, fstatSync(file).size);
    writeWholly(file, bytes);
  } catch (error) {
    // What cannot be cut now is cut before the next record: behind a part of one, it could not be read.
    attempt(() => cutTorn(path, file));
    attempt(() => disk.closeSync(file));
    throw error;
  }
  // Of a quota or a network's disk some tell only here: then nothing of it counts.
  disk.closeSync(file);
  torn.delete(path);
}

function cutTorn(path: string, file: number): void {
  const whole = torn.get(path);
  if (whole === undefined) return;
  if (fstatSync(file).size > whole) disk.ftruncateSync(file, whole);
  torn.delete(path);
}

/**
 * Reads all records of a file, none if there is no file. A last line that was cut off in the middle, because the process
 * was killed as it wrote, was never acknowledged: it is cut away.
 * @throws {DataError} where another line is not as it was written
 */
export function* readRecords(path: string): Generator<unknown> {
  if (!existsSync(path)) return;
  const file = openSync(path, 'r+');
  try {
    let offset = 0;
    for (const line of linesOf(file)) {
      yield recordIn(line, path, offset);
      offset += line.length + 1;
    }
    ftruncateSync(file, offset);
    // What was read counts, whether it was acknowledged or not.
    torn.delete(path);
  } finally {
    closeSync(file);
  }
}

/** Writes the file anew with these records; until all are written, the file is as it was. */
export function replaceRecords(path: string, records: Iterable<unknown>): void {
  const draft = `${path}.new`;
  disk.rmSync(draft, { force: true });
  try {
    const file = disk.openSync(draft, 'wx');
    try {
      for (const record of records) writeWholly(file, Buffer.from(lineOf(record)));
    } finally {
      disk.closeSync(file);
    }
    disk.renameSync(draft, path);
    // The file that was torn is gone.
    torn.delete(path);
  } catch (error) {
    attempt(() => disk.rmSync(draft, { force: true }));
    throw error;
  }
}

function lineOf(record: unknown): string {
  const json = JSON.stringify(record);
  return `${checksum(json)} ${json}\n`;
}

function recordIn(line: Buffer, path: string, offset: number): unknown {
  const json = line.subarray(CHECKSUM_LENGTH + 1);
  if (line.toString('latin1', 0, CHECKSUM_LENGTH) !== checksum(json)) {
    throw new DataError(`${path} is damaged: the record at byte ${offset} is not as it was written`);
  }
  return JSON.parse(json.toString());
}

function checksum(json: string | Uint8Array): string {
  return createHash('sha256').update(json).digest('base64url').slice(0, CHECKSUM_LENGTH);
}

/** The lines that end, without their newlines. */
function* linesOf(file: number): Generator<Buffer> {
  const chunk = Buffer.allocUnsafe(Math.min(fstatSync(file).size, READ_BYTES));
  const pieces: Buffer[] = [];
  for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0 && end < read; end = chunk.indexOf(NEWLINE, start)) {
      yield Buffer.concat([...pieces.splice(0), chunk.subarray(start, end)]);
      start = end + 1;
    }
    if (start < read) pieces.push(Buffer.from(chunk.subarray(start, read)));
  }
}

function writeWholly(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) {
    const more = disk.writeSync(file, bytes, written);
    if (more === 0) throw new Error(`Nothing could be written of ${bytes.length - written} bytes`);
    written += more;
  }
}
