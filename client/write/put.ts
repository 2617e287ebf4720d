// A put is a create that may replace.

/** What a put asks the create saga for. What is no object stays as it is, to be refused as that. */
export function putInput<Input extends object>(input: Input): Input | (Input & { readonly overwrite: true }) {
  return typeof input === 'object' && input !== null ? { ...input, overwrite: true } : input;
}
