// The Express lane's state machine of an operation, made from its Standard one.

/** Stands in until the lane's states are here: the same definition. */
export function expressDefinition(definition: unknown): unknown {
  return definition;
}
