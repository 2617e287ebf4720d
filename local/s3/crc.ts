// The cyclic redundancy checks that S3 knows, table-driven and incremental. All three are reflected, start with
// all ones and end with an inversion; they differ in polynomial and width.

/** A digest that is fed piece by piece; `node:crypto`'s Hash is one, too. */
export interface Digest {
  update(bytes: Uint8Array): unknown;
  /** Big-endian, as S3 encodes it in base64. */
  digest(): Buffer;
}

const CRC32_POLYNOMIAL = 0xedb88320;
const CRC32C_POLYNOMIAL = 0x82f63b78;
const CRC64NVME_POLYNOMIAL = 0x9a6c9329ac4bc9b5n;

const crc32Table = table32(CRC32_POLYNOMIAL);
const crc32cTable = table32(CRC32C_POLYNOMIAL);
const crc64NvmeTable = table64(CRC64NVME_POLYNOMIAL);

/** CRC-32 (ISO-HDLC), as in zlib. */
export function createCrc32(): Digest {
  return new Crc32(crc32Table);
}

/** CRC-32C (Castagnoli). */
export function createCrc32c(): Digest {
  return new Crc32(crc32cTable);
}

/** CRC-64/NVME. */
export function createCrc64Nvme(): Digest {
  return new Crc64(crc64NvmeTable);
}

class Crc32 implements Digest {
  readonly #table: Uint32Array;
  #register = 0xffffffff;

  constructor(table: Uint32Array) {
    this.#table = table;
  }

  update(bytes: Uint8Array): void {
    const table = this.#table;
    let register = this.#register;
    for (let i = 0; i < bytes.length; i++) {
      register = at(table, (register ^ at(bytes, i)) & 0xff) ^ (register >>> 8);
    }
    this.#register = register;
  }

  digest(): Buffer {
    const digest = Buffer.alloc(4);
    digest.writeUInt32BE(~this.#register >>> 0);
    return digest;
  }
}

/** The table's and the register's 64 bits as two halves: BigInt arithmetic would be slower by far. */
interface Table64 {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
}

class Crc64 implements Digest {
  readonly #table: Table64;
  #high = 0xffffffff;
  #low = 0xffffffff;

  constructor(table: Table64) {
    this.#table = table;
  }

  update(bytes: Uint8Array): void {
    const { high: highTable, low: lowTable } = this.#table;
    let high = this.#high;
    let low = this.#low;
    for (let i = 0; i < bytes.length; i++) {
      const index = (low ^ at(bytes, i)) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ at(lowTable, index);
      high = (high >>> 8) ^ at(highTable, index);
    }
    this.#high = high;
    this.#low = low;
  }

  digest(): Buffer {
    const digest = Buffer.alloc(8);
    digest.writeUInt32BE(~this.#high >>> 0, 0);
    digest.writeUInt32BE(~this.#low >>> 0, 4);
    return digest;
  }
}

function table32(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, index) => {
    let entry = index;
    for (let bit = 0; bit < 8; bit++) {
      entry = entry & 1 ? (entry >>> 1) ^ polynomial : entry >>> 1;
    }
    return entry >>> 0;
  });
}

function table64(polynomial: bigint): Table64 {
  const high = new Uint32Array(256);
  const low = new Uint32Array(256);
  for (let index = 0; index < 256; index++) {
    let entry = BigInt(index);
    for (let bit = 0; bit < 8; bit++) {
      entry = entry & 1n ? (entry >> 1n) ^ polynomial : entry >> 1n;
    }
    high[index] = Number(entry >> 32n);
    low[index] = Number(entry & 0xffffffffn);
  }
  return { high, low };
}

/** An element that is there by construction. */
function at(array: Uint8Array | Uint32Array, index: number): number {
  return array[index] as number;
}
