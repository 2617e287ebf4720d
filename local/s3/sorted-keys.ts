// Keys in the order in which S3 lists them: by their UTF-8 bytes, which is not the order of JavaScript's strings.

/** Orders two keys by their UTF-8 bytes. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) {
      return byteRank(left) - byteRank(right);
    }
  }
  return a.length - b.length;
}

/** A set of keys that is kept in order. */
export class SortedKeys {
  readonly #keys: string[] = [];

  add(key: string): void {
    const index = this.#firstFrom(key);
    if (this.#keys[index] !== key) {
      this.#keys.splice(index, 0, key);
    }
  }

  remove(key: string): void {
    const index = this.#firstFrom(key);
    if (this.#keys[index] === key) {
      this.#keys.splice(index, 1);
    }
  }

  /** The keys from `start` on, including it. */
  *from(start: string): Iterable<string> {
    for (let index = this.#firstFrom(start); index < this.#keys.length; index++) {
      yield this.#keys[index] as string;
    }
  }

  #firstFrom(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareKeys(this.#keys[middle] as string, key) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

/** UTF-16 puts surrogates (U+10000 and above) before U+E000..U+FFFF; UTF-8 puts them after. */
function byteRank(unit: number): number {
  const surrogate = unit >= 0xd800 && unit <= 0xdfff;
  return surrogate ? unit + 0x10000 : unit;
}
