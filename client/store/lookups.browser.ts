// `lookups.ts` for browsers: a page is told its store by whoever serves it, and has no rights to ask for it.

export async function stackOutputs(): Promise<never> {
  throw new Error(NOT_HERE);
}

export async function parameterValue(): Promise<never> {
  throw new Error(NOT_HERE);
}

const NOT_HERE =
  'not available in a browser; give the store to the constructor, new LargeItemClient({ store })';
