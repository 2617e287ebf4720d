// What the client's platforms, Node.js and browsers, have in common.

/** Bytes that are read once, from start to end. */
export interface ByteReader {
  /** The next bytes, or undefined at the end. */
  read(): Promise<Uint8Array | undefined>;
  /** Gives up reading, also while a read is under way; does nothing after the end. */
  close(): void;
}

/** A hash that is fed bit by bit. */
export interface Hash {
  update(bytes: Uint8Array): void;
  /** Lower-case hexadecimal digits of all that was fed; the last call. */
  hex(): string;
}

/** What is known of a file before it is read. */
export interface FileStatus {
  /** Bytes. */
  readonly size: number;
  isFile(): boolean;
  isDirectory(): boolean;
}
