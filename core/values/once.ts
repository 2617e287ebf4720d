// Values that are made when they are first asked for.

/** Gives what `make` gave the first time: schemas of a task are made once something is checked, not as its function starts. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
