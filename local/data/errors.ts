// What is wrong with a data folder.

/** A data folder that cannot be used; the message names the folder or the file, and says what to do. */
export class DataError extends Error {
  override readonly name = 'DataError';
}
