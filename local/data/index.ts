// How a local cloud keeps data in a folder.

export { type DataDirectory, openDataDirectory } from './directory.ts';
export { attempt, disk } from './disk.ts';
export { DataError } from './errors.ts';
export { inUse } from './lock.ts';
export { appendRecords, readRecords, replaceRecords } from './record-log.ts';
