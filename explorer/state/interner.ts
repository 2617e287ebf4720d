// Numbers for values, so that states that are equal have equal keys, without comparing them.

/** Equal values get equal numbers. A value's text is made once for each object that holds it. */
export class Interner {
  readonly #texts = new WeakMap<object, string>();
  readonly #ids = new WeakMap<object, number>();
  readonly #numbers = new Map<string, number>();
  readonly #canonical = new Map<string, object>();
  readonly #pairs = new WeakMap<object, WeakMap<object, unknown>>();

  text(value: object): string {
    let text = this.#texts.get(value);
    if (text === undefined) {
      text = JSON.stringify(value);
      this.#texts.set(value, text);
    }
    return text;
  }

  id(value: object): number {
    let id = this.#ids.get(value);
    if (id === undefined) {
      const text = this.text(value);
      id = this.#numbers.get(text) ?? this.#numbers.size;
      this.#numbers.set(text, id);
      this.#ids.set(value, id);
    }
    return id;
  }

  /** One object for all that are equal. */
  canonical<T extends object>(value: T): T {
    const text = this.text(value);
    const known = this.#canonical.get(text) as T | undefined;
    if (known !== undefined) return known;
    this.#canonical.set(text, value);
    return value;
  }

  /** What is computed of two objects, once. */
  ofPair<T>(one: object, other: object, compute: () => T): T {
    let values = this.#pairs.get(one);
    if (values === undefined) {
      values = new WeakMap();
      this.#pairs.set(one, values);
    }
    if (!values.has(other)) values.set(other, compute());
    return values.get(other) as T;
  }
}
