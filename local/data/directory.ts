// The folder in which a local cloud keeps its data: whose it is, in which format, and who works on it.

import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { CloudIdentity } from '../service.ts';
import { DataError } from './errors.ts';
import { LOCK_FILE, lockFolder } from './lock.ts';

/** An open data folder. */
export interface DataDirectory {
  /** As it was given. */
  readonly path: string;
  /** The folder of each service in it. */
  readonly s3: string;
  readonly dynamodb: string;
  readonly states: string;
  /** Lets others work on it. */
  close(): void;
}

const MARKER = 'local-cloud.json';
/** Grows with each change after which earlier versions would misread the folder, or this one theirs. */
const FORMAT = 1;
const OWNER_ONLY = 0o700;
const markerSchema = z.object({ format: z.number(), region: z.string(), accountId: z.string() });
type Marker = z.output<typeof markerSchema>;

/**
 * Opens a folder, new, empty or left by an earlier cloud of the same region and account, and locks it.
 * @throws {DataError} when it is in use, holds something else, or is of another format, region or account
 */
export function openDataDirectory(path: string, { region, accountId }: CloudIdentity): DataDirectory {
  createFolder(path);
  const found = readMarker(path);
  if (found === undefined) refuseForeign(path);
  else checkMarker(path, found, { format: FORMAT, region, accountId });
  const folders = { s3: join(path, 's3'), dynamodb: join(path, 'dynamodb'), states: join(path, 'states') };
  let close: (() => void) | undefined;
  try {
    closeToOthers(path);
    close = lockFolder(path);
    if (found === undefined) writeMarker(path, { format: FORMAT, region, accountId });
    for (const folder of Object.values(folders)) createFolder(folder);
    return { path, ...folders, close };
  } catch (error) {
    close?.();
    if (error instanceof DataError) throw error;
    throw new DataError(`${path} cannot be used: ${(error as Error).message}`, { cause: error });
  }
}

function createFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: OWNER_ONLY });
  } catch (error) {
    throw new DataError(`${path} cannot be used as a folder: ${(error as Error).message}`, { cause: error });
  }
}

/** What is kept is its owner's alone, also where an earlier version, or somebody else, made the folder. */
function closeToOthers(path: string): void {
  if (process.platform === 'win32' || (statSync(path).mode & 0o077) === 0) return;
  try {
    chmodSync(path, OWNER_ONLY);
  } catch (error) {
    process.emitWarning(`${path} stays open to other users of this machine: ${(error as Error).message}`);
  }
}

function readMarker(path: string): Marker | undefined {
  let text: string;
  try {
    text = readFileSync(join(path, MARKER), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const marker = markerSchema.safeParse(parse(text));
  if (marker.success) return marker.data;
  throw new DataError(`${join(path, MARKER)} is damaged: expected format, region and accountId`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A start that was cut off may have left a lock, or a marker that is not in its place yet. */
function refuseForeign(path: string): void {
  const own = (name: string): boolean => name.startsWith(LOCK_FILE) || name.startsWith(MARKER);
  const foreign = readdirSync(path).find((name) => !own(name));
  if (foreign !== undefined) {
    throw new DataError(
      `${path} holds "${foreign}" and no data of a local cloud: choose an empty folder or a new one`,
    );
  }
}

function checkMarker(path: string, found: Marker, own: Marker): void {
  if (found.format !== own.format) {
    throw new DataError(
      `${path} has format ${found.format}, this version reads format ${own.format}: use the version that wrote it, or another folder`,
    );
  }
  if (found.region !== own.region || found.accountId !== own.accountId) {
    throw new DataError(
      `${path} was made for ${found.region} and account ${found.accountId}, not ${own.region} and account ${own.accountId}: names and ARNs in it would be wrong`,
    );
  }
}

function writeMarker(path: string, marker: Marker): void {
  const draft = join(path, `${MARKER}.new`);
  writeFileSync(draft, `${JSON.stringify(marker)}\n`);
  renameSync(draft, join(path, MARKER));
}
